CREATE VIEW fine AS SELECT 1 AS n;
/* outer /* inner */
CREATE VIEW bad AS SELECT 1 AS n;
