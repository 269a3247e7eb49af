--
-- PostgreSQL database dump
--

\restrict k

-- Dumped from database version 15.18

SET x = 0;
-- PostgreSQL database dump complete
