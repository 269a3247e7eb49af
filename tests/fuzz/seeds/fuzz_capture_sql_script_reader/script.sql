-- x
\restrict k
SET a = 'b;c';
COPY t FROM stdin;
1
\.
CREATE FUNCTION f() AS $_$ ; $_$;
\unrestrict k
