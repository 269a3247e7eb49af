// A database of the objects that backups tend to get wrong.
#pragma once

#include <string_view>

namespace skyhold {

inline constexpr std::string_view kOddDatabaseSql = R"SQL(
CREATE EXTENSION pg_trgm;
CREATE SCHEMA "Odd Schema";
CREATE TYPE "Odd Schema".mood AS ENUM ('sad', 'it''s ok', 'happy');
CREATE DOMAIN positive AS int CHECK (VALUE > 0);

CREATE TABLE plain (id serial PRIMARY KEY, name text NOT NULL, amount numeric(16, 2), tags text[], doc jsonb,
                    raw bytea, at timestamptz DEFAULT '2026-01-01 00:00:00+00', ratio float8, m "Odd Schema".mood);
INSERT INTO plain (name, amount, tags, doc, raw, ratio, m)
SELECT 'row ' || n || E' \\ tab\t newline\n bell\a caf\u00e9', n / 7.0, ARRAY['a,b', NULL, '"'],
       jsonb_build_object('n', n, 'x', E'\\.'), decode(md5(n::text), 'hex'), 1.0 / n, 'it''s ok'
FROM generate_series(1, 3000) n;
INSERT INTO plain (name) VALUES (E'\\.'), (''), (E'\\N'), (E'\r\n');

CREATE TABLE "Odd Schema"."weird ""name"".*$" ("select" int, "a b" text, "UPPER" text, "it's" text);
INSERT INTO "Odd Schema"."weird ""name"".*$" VALUES (1, 'x', NULL, 'y'), (NULL, NULL, NULL, NULL);
CREATE TABLE no_columns ();
INSERT INTO no_columns DEFAULT VALUES;
INSERT INTO no_columns DEFAULT VALUES;
CREATE TABLE generated (a int, b int GENERATED ALWAYS AS (a * 2) STORED, c positive);
INSERT INTO generated (a, c) SELECT n, n FROM generate_series(1, 100) n;
CREATE TABLE identity_always (id int GENERATED ALWAYS AS IDENTITY (START 1000) PRIMARY KEY, t text);
INSERT INTO identity_always (t) SELECT 'x' FROM generate_series(1, 50);
CREATE TABLE dropped_column (a int, gone text, b int);
INSERT INTO dropped_column VALUES (1, 'x', 2);
ALTER TABLE dropped_column DROP COLUMN gone;
CREATE TABLE parent (id int PRIMARY KEY, t text);
CREATE TABLE child (extra int) INHERITS (parent);
INSERT INTO parent VALUES (1, 'parent');
INSERT INTO child VALUES (2, 'child', 3);
CREATE TABLE measured (day date NOT NULL, value int, PRIMARY KEY (day, value)) PARTITION BY RANGE (day);
CREATE TABLE measured_2025 PARTITION OF measured FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE measured_2026 PARTITION OF measured FOR VALUES FROM ('2026-01-01') TO ('2027-01-01') PARTITION BY LIST (value);
CREATE TABLE measured_2026_odd PARTITION OF measured_2026 FOR VALUES IN (1, 3);
CREATE TABLE measured_rest PARTITION OF measured DEFAULT;
INSERT INTO measured VALUES ('2025-05-05', 1), ('2026-05-05', 3), ('2030-01-01', 9);
CREATE INDEX ON measured (value);
CREATE TABLE refers (id serial PRIMARY KEY, plain_id int REFERENCES plain ON DELETE CASCADE,
                     self_id int REFERENCES refers, day date, value int,
                     FOREIGN KEY (day, value) REFERENCES measured);
INSERT INTO refers (plain_id, self_id, day, value) VALUES (1, 1, '2025-05-05', 1), (2, 1, NULL, NULL);
CREATE TABLE circle_a (id int PRIMARY KEY, b_id int);
CREATE TABLE circle_b (id int PRIMARY KEY, a_id int REFERENCES circle_a);
ALTER TABLE circle_a ADD FOREIGN KEY (b_id) REFERENCES circle_b DEFERRABLE INITIALLY DEFERRED;
BEGIN; INSERT INTO circle_a VALUES (1, 1); INSERT INTO circle_b VALUES (1, 1); COMMIT;
CREATE TABLE not_validated (id int);
INSERT INTO not_validated VALUES (-1);
ALTER TABLE not_validated ADD CONSTRAINT must_be_positive CHECK (id > 0) NOT VALID;
CREATE UNLOGGED TABLE unlogged (id int);
INSERT INTO unlogged VALUES (7);
CREATE TABLE excluded (during tsrange, EXCLUDE USING gist (during WITH &&));
INSERT INTO excluded VALUES ('[2026-01-01, 2026-01-02)');
CREATE TABLE uses_rule (id int);
CREATE TABLE rule_log (id int);
CREATE RULE log_it AS ON INSERT TO uses_rule DO ALSO INSERT INTO rule_log VALUES (NEW.id);
INSERT INTO uses_rule VALUES (5);
CREATE TABLE triggered (id int, seen bool);
INSERT INTO triggered VALUES (1, false);
CREATE FUNCTION mark_seen() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN NEW.seen := true; RETURN NEW; END; $body$;
CREATE TRIGGER mark BEFORE INSERT ON triggered FOR EACH ROW EXECUTE FUNCTION mark_seen();
CREATE FUNCTION atomic_body(a int) RETURNS int LANGUAGE sql IMMUTABLE BEGIN ATOMIC SELECT CASE WHEN a > 0 THEN a ELSE -a END; END;
CREATE INDEX by_function ON plain (atomic_body(id));
CREATE INDEX trigrams ON plain USING gin (name gin_trgm_ops);
CREATE INDEX partial ON plain (id) WHERE amount > 10;
CREATE STATISTICS plain_statistics ON name, amount FROM plain;
CREATE VIEW grouped AS SELECT p.id, p.name, count(*) FROM plain p JOIN refers r ON r.plain_id = p.id GROUP BY p.id;
CREATE MATERIALIZED VIEW totals AS SELECT count(*) AS rows, sum(amount) AS amount FROM plain;
CREATE UNIQUE INDEX ON totals (rows);
CREATE MATERIALIZED VIEW over_view AS SELECT * FROM grouped;
CREATE MATERIALIZED VIEW never_filled AS SELECT 1 AS one WITH NO DATA;
CREATE SEQUENCE alone INCREMENT -3 MINVALUE -1000 MAXVALUE 100 START 50 CYCLE;
SELECT nextval('alone'), nextval('alone');
CREATE POLICY only_mine ON triggered USING (id = 1);
ALTER TABLE triggered ENABLE ROW LEVEL SECURITY;
COMMENT ON TABLE plain IS 'a comment; with ''quotes'' and -- dashes';
GRANT SELECT ON plain TO PUBLIC;
SELECT lo_from_bytea(4711, decode(repeat('deadbeef', 5000), 'hex'));
COMMENT ON LARGE OBJECT 4711 IS 'large';
ALTER TABLE plain CLUSTER ON plain_pkey;
ALTER TABLE identity_always REPLICA IDENTITY FULL;
CREATE PUBLICATION everything FOR ALL TABLES;
CREATE FUNCTION no_op() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN NULL; END $$;
CREATE EVENT TRIGGER on_ddl ON ddl_command_start EXECUTE FUNCTION no_op();
DO $$ BEGIN
  EXECUTE format('ALTER DATABASE %I SET work_mem = ''5MB''', current_database());
  EXECUTE format('ALTER DATABASE %I SET search_path = public, "Odd Schema"', current_database());
  EXECUTE format('COMMENT ON DATABASE %I IS ''odd''', current_database());
END $$;
)SQL";

}  // namespace skyhold
