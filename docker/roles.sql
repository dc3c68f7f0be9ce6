-- Two roles for one database, made once by a superuser (psql -f docker/roles.sql, or the compose file's first start).
-- subline_owner owns the tables and migrates. subline serves: it reads and writes rows, but cannot switch off the
-- triggers that write the ledger, nor empty a table.
\getenv owner_password OWNER_PASSWORD
\getenv server_password SERVER_PASSWORD
CREATE ROLE subline_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE subline LOGIN PASSWORD :'server_password';
CREATE DATABASE subline OWNER subline_owner;
REVOKE CONNECT ON DATABASE subline FROM PUBLIC;
GRANT CONNECT ON DATABASE subline TO subline;
\connect subline
ALTER SCHEMA public OWNER TO subline_owner;
GRANT USAGE ON SCHEMA public TO subline;
ALTER DEFAULT PRIVILEGES FOR ROLE subline_owner IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO subline;
ALTER DEFAULT PRIVILEGES FOR ROLE subline_owner IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO subline;
