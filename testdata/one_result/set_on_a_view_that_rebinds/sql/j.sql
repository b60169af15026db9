ALTER VIEW cdv OWNER TO writer;
