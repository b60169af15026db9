CREATE LANGUAGE plother HANDLER plpgsql_call_handler INLINE plpgsql_inline_handler VALIDATOR plpgsql_validator;
CREATE FUNCTION greet() RETURNS text LANGUAGE plother AS 'BEGIN RETURN ''hello;''; END';
CREATE ACCESS METHOD pile TYPE TABLE HANDLER heap_tableam_handler; CREATE ACCESS METHOD shrub TYPE INDEX HANDLER bthandler;
CREATE MATERIALIZED VIEW greeting USING pile WITH (fillfactor = 70) AS SELECT greet() AS g WITH NO DATA;
CREATE CONVERSION latin_again FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE TRANSFORM FOR int LANGUAGE plother (FROM SQL WITH FUNCTION prsd_lextype(internal), TO SQL WITH FUNCTION int4recv(internal));
CREATE FUNCTION transformed(int) RETURNS int TRANSFORM FOR TYPE int LANGUAGE plother AS 'BEGIN RETURN $1; END';
