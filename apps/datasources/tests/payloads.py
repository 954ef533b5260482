"""Attacks on the query runner, our own. SQL ones are made of dangerous parts in each place where one can stand."""

import json

COPIES = "FROM orders WHERE id IN (SELECT id FROM orders)"
WRITES = [
    "DELETE FROM orders",
    "UPDATE orders SET status = 'x'",
    "INSERT INTO orders VALUES (9, 'a', 'b', 1)",
    "DROP TABLE orders",
    "TRUNCATE TABLE orders",
    "ALTER TABLE orders ADD COLUMN x INT",
    "CREATE TABLE evil (id INT)",
    "CREATE VIEW evil AS SELECT 1",
    "CREATE INDEX evil ON orders (id)",
    "GRANT ALL ON orders TO PUBLIC",
]
SHAPES = [
    "SELECT {f}",
    "SELECT * FROM orders WHERE {f} IS NOT NULL",
    "SELECT id FROM orders ORDER BY {f}",
    "WITH c AS (SELECT {f} AS x) SELECT x FROM c",
    "SELECT (SELECT {f})",
    "SELECT id FROM orders GROUP BY id HAVING {f} IS NULL",
    "SELECT 1 UNION ALL SELECT {f}",
    "SELECT CASE WHEN 1 = 1 THEN {f} END",
]
TRICKS = ["SELECT 1; {w}", "SELECT 1; -- \n {w}", "{w}", "/**/ {w} /**/", "COMMIT; {w}", "SELECT 1;\n;{w};"]
COMMON = [
    *(trick.format(w=write) for write in WRITES for trick in TRICKS),
    "SELECT 1; SELECT 2",
    "BEGIN; DELETE FROM orders; COMMIT",
    "ROLLBACK; DELETE FROM orders",
    "EXPLAIN SELECT 1",
    "SHOW TABLES",
    "SELECT * INTO evil FROM orders",
    "SELECT * FROM orders FOR UPDATE",
    "WITH d AS (DELETE FROM orders RETURNING *) SELECT * FROM d",
    "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r",
    "",
    ";",
    "'",
    "SELECT",
    "SELECT 'a",
    "(" * 3000 + "1" + ")" * 3000,
    "SELECT " + "1+" * 5000 + "1",
    "SELECT 1 " + "UNION SELECT 1 " * 1500,
    "CALL evil()",
    "SET x = 1",
    "VALUES (1); DROP TABLE orders",
    "MERGE INTO orders USING orders o ON 1 = 1 WHEN MATCHED THEN DELETE",
    "\x00SELECT 1; DELETE FROM orders",
]


def shaped(functions: list[str]) -> list[str]:
    return [shape.format(f=function) for function in functions for shape in SHAPES]


def _postgresql_functions(file: str) -> list[str]:
    return [
        f"pg_read_file('{file}')",
        f"pg_catalog.pg_read_file('{file}')",
        f"\"pg_read_file\"('{file}')",
        f"U&\"\\0070g_read_file\"('{file}')",
        f"pg_read_binary_file('{file}')",
        f"lo_import('{file}')",
        "lo_create(0)",
        "lo_export(1, '/tmp/evil')",
        "pg_sleep(10)",
        "pg_sleep_for('10 seconds')",
        "set_config('transaction_read_only', 'off', false)",
        "query_to_xml('DELETE FROM orders', true, true, '')",
        "nextval('evil')",
        "pg_terminate_backend(1)",
        "pg_reload_conf()",
        "dblink_exec('dbname=postgres', 'DROP TABLE orders')",
        "current_setting('data_directory')",
    ]


def postgresql(file: str) -> list[str]:
    return [
        *COMMON,
        *shaped(_postgresql_functions(file)),
        f"COPY orders FROM '{file}'",
        "COPY orders TO PROGRAM 'touch /tmp/evil'",
        f"CREATE TABLE evil (line TEXT); COPY evil FROM '{file}'; SELECT * FROM evil",
        "DO $$ BEGIN DELETE FROM orders; END $$",
        "SELECT $$; DELETE FROM orders; $$; DELETE FROM orders",
        "SELECT * FROM pg_ls_dir('/')",
        f"SELECT * FROM pg_read_file('{file}')",
        "SELECT * FROM pg_shadow",
        "SELECT * FROM pg_catalog.pg_authid",
        "SELECT * FROM pg_hba_file_rules",
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM generate_series(1, 1000000000)",
        "SET statement_timeout = 0; SELECT pg_sleep(10)",
        "SELECT 1::regclass",
        "SELECT 'orders'::regclass::text",
        "LISTEN evil",
        "LOCK TABLE orders",
        "VACUUM",
        "PREPARE p AS DELETE FROM orders; EXECUTE p",
        "SELECT E'\\'; DELETE FROM orders; --'",
        "SELECT 1 /* /* */ ; DELETE FROM orders; */",
        "TABLE orders; DELETE FROM orders",
        "DECLARE c CURSOR FOR SELECT 1",
        "SELECT count(*) FROM orders a, orders b, orders c, orders d, orders e, orders f, orders g, orders h, orders i,"
        " orders j, orders k, orders l, orders m, orders n, orders o, orders p, orders q, orders r, orders s, orders t",
    ]


def _mysql_functions(file: str) -> list[str]:
    return [
        f"LOAD_FILE('{file}')",
        f"load_file(0x{file.encode().hex()})",
        "SLEEP(10)",
        "BENCHMARK(1000000000, SHA2('a', 512))",
        "GET_LOCK('evil', 10)",
        "sys_exec('touch /tmp/evil')",
        "@@datadir",
        "@@global.secure_file_priv",
        "(@a := 1)",
        "UPDATEXML(1, 'a', 1)",
        "USER()",
        "mysql.func()",
        "RELEASE_ALL_LOCKS()",
        "MASTER_POS_WAIT('a', 1, 10)",
    ]


def mysql(file: str) -> list[str]:
    return [
        *COMMON,
        *shaped(_mysql_functions(file)),
        "SELECT * FROM orders INTO OUTFILE '/tmp/evil'",
        "SELECT * INTO OUTFILE '/tmp/evil' FROM orders",
        "SELECT 'x' INTO DUMPFILE '/tmp/evil'",
        f"LOAD DATA LOCAL INFILE '{file}' INTO TABLE passwords",
        f"LOAD DATA INFILE '{file}' INTO TABLE passwords",
        "SELECT 1 /*! ; DELETE FROM orders */",
        "SELECT 1 /*!50000 INTO OUTFILE '/tmp/evil' */",
        f"SELECT 1 /*!99999 , LOAD_FILE('{file}') */",
        f"SELECT 1 /*!00000 , LOAD_FILE('{file}') */",
        f"SELECT 1 /*M!100000 , LOAD_FILE('{file}') */",
        "SELECT * FROM mysql.user",
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM `mysql`.`global_priv`",
        "SELECT * FROM performance_schema.threads",
        "HANDLER orders OPEN",
        "PREPARE p FROM 'DELETE FROM orders'; EXECUTE p",
        "SELECT 1 LIMIT 1 PROCEDURE ANALYSE()",
        "SELECT 'a\\'; DELETE FROM orders; -- '",
        'SELECT "a\\"; DELETE FROM orders; -- "',
        "SET SESSION TRANSACTION READ WRITE; DELETE FROM orders",
        "DELIMITER //\nDELETE FROM orders//",
        "SELECT * FROM orders LOCK IN SHARE MODE",
        "REPLACE INTO orders VALUES (1, 'a', 'b', 1)",
        "FLUSH TABLES",
        "SHUTDOWN",
        "KILL 1",
        "DO SLEEP(10)",
        "SELECT count(*) FROM orders a, orders b, orders c, orders d, orders e, orders f, orders g, orders h, orders i,"
        " orders j, orders k, orders l, orders m, orders n, orders o, orders p, orders q, orders r, orders s, orders t",
    ]


def sqlite(file: str) -> list[str]:
    functions = [
        f"readfile('{file}')",
        "writefile('/tmp/evil', 'x')",
        "load_extension('/tmp/evil.so')",
        "load_extension('evil', 'entry')",
        "zeroblob(1000000000)",
        "randomblob(1000000000)",
        "fts3_tokenizer('simple')",
        "sqlite_version()",
        f"edit('{file}')",
        "printf('%1000000000d', 1)",
        "sqlite_compileoption_get(1)",
    ]
    return [
        *COMMON,
        *shaped(functions),
        f"ATTACH DATABASE '{file}' AS evil",
        "ATTACH '/tmp/evil' AS evil; CREATE TABLE evil.x (y)",
        f"SELECT 1; ATTACH '{file}' AS evil",
        "DETACH DATABASE main",
        "VACUUM INTO '/tmp/evil'",
        "PRAGMA writable_schema = 1",
        "PRAGMA journal_mode = DELETE",
        "PRAGMA query_only = 0; DELETE FROM orders",
        "SELECT * FROM pragma_database_list",
        "SELECT * FROM pragma_table_info('orders')",
        "SELECT * FROM fsdir('/')",
        "SELECT * FROM generate_series(1, 1000000000)",
        "SELECT * FROM dbstat",
        "CREATE VIRTUAL TABLE evil USING fts5(x)",
        "CREATE TEMP TABLE evil (x)",
        "REINDEX",
        "ANALYZE",
        "REPLACE INTO orders VALUES (1, 'a', 'b', 1)",
        "CREATE TRIGGER evil AFTER INSERT ON orders BEGIN DELETE FROM orders; END",
        "SAVEPOINT evil",
        "SELECT count(*) FROM orders a, orders b, orders c, orders d, orders e, orders f, orders g, orders h, orders i,"
        " orders j, orders k, orders l, orders m, orders n, orders o, orders p, orders q, orders r, orders s, orders t",
    ]


_CODE = "function() { while (true) {} }"
_OPERATORS = {
    "$where": _CODE,
    "$function": {"body": _CODE, "args": [], "lang": "js"},
    "$accumulator": {"init": _CODE},
    "$expr": {"$gt": ["$total", 1]},
    "$jsonSchema": {},
    "$regex": "^(a+)+$",
    "$text": {"$search": "a"},
    "$comment": "a",
    "$rand": {},
    "$near": [1, 2],
    "$set": {"status": "x"},
    "$unset": {"status": 1},
    "$inc": {"total": 1},
}
_STAGES = {
    "$out": "evil",
    "$merge": {"into": "evil"},
    "$lookup": {"from": "passwords", "localField": "a", "foreignField": "b", "as": "c"},
    "$graphLookup": {"from": "passwords", "startWith": "$a", "connectFromField": "a", "connectToField": "b", "as": "c"},
    "$unionWith": "passwords",
    "$facet": {"a": [{"$out": "evil"}]},
    "$currentOp": {},
    "$collStats": {},
    "$indexStats": {},
    "$listSessions": {},
    "$changeStream": {},
    "$documents": [{"a": 1}],
    "$planCacheStats": {},
    "$geoNear": {},
    "$sample": {"size": 1},
    "$replaceRoot": {"newRoot": "$$ROOT"},
    "$search": {},
}
_EXPRESSIONS = [{"$function": {"body": _CODE, "args": [], "lang": "js"}}, {"$accumulator": {}}, "$$ROOT", "$$CURRENT"]


_ODD: list[object] = [
    {"collection": "system.users", "find": {}},
    {"collection": "$cmd", "find": {"dropDatabase": 1}},
    {"collection": "", "find": {}},
    {"collection": ["orders"], "find": {}},
    {"collection": "orders", "find": {}, "delete": {}},
    {"collection": "orders", "find": {}, "aggregate": []},
    {"collection": "orders", "aggregate": []},
    {"collection": "orders", "aggregate": [{"$match": {}, "$out": "evil"}]},
    {"collection": "orders", "find": {}, "fields": {"x": {"$function": {}}}},
    {"collection": "orders", "find": {}, "fields": {"x": "$phone"}},
    {"collection": "orders", "find": {}, "sort": {"$where": 1}},
    {"collection": "orders", "find": {}, "limit": -1},
    {"collection": "orders", "find": {}, "skip": "1"},
    {"collection": "orders", "find": []},
    {"dropDatabase": 1},
    {"delete": "orders", "deletes": [{"q": {}, "limit": 0}]},
    {"eval": _CODE},
    [{"$out": "evil"}],
    "orders",
    1,
]


def mongodb() -> list[str]:
    found: list[object] = []
    for name, body in _OPERATORS.items():
        inner = {name: body}
        found += [
            {"collection": "orders", "find": inner},
            {"collection": "orders", "find": {"status": inner}},
            {"collection": "orders", "find": {"$and": [{"status": "a"}, inner]}},
            {"collection": "orders", "find": {"$or": [{"$nor": [inner]}]}},
            {"collection": "orders", "aggregate": [{"$match": inner}]},
        ]
    for name, body in _STAGES.items():
        found += [
            {"collection": "orders", "aggregate": [{name: body}]},
            {"collection": "orders", "aggregate": [{"$match": {}}, {name: body}]},
        ]
    for each in _EXPRESSIONS:
        found += [
            {"collection": "orders", "aggregate": [{"$project": {"x": each}}]},
            {"collection": "orders", "aggregate": [{"$group": {"_id": each}}]},
            {"collection": "orders", "aggregate": [{"$addFields": {"x": {"$concat": [each]}}}]},
        ]
    texts = [json.dumps(each) for each in [*found, *_ODD]]
    return [
        *texts,
        "",
        "{",
        "NaN",
        "db.orders.drop()",
        '{"collection": "orders", "find": ' + '{"a":' * 50 + "1" + "}" * 51,
    ]
