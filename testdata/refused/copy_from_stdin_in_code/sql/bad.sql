COPY pg_description FROM STDIN;
