ALTER VIEW sgv OWNER TO reader;
