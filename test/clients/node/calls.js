// Calls a model function by text and by prepared statement, alone and from a
// pool, and prints what came back.
'use strict';

const { mysql, options } = require('./connection');

async function failure(promise) {
  try {
    await promise;
    return 'no error';
  } catch (error) {
    return { errno: error.errno, code: error.code, state: error.sqlState };
  }
}

async function main() {
  const result = {};
  const db = await mysql.createConnection(options);
  const text = 'it\'s \\ "🙂" ?';
  const ask = "SELECT JSON_UNQUOTE(JSON_EXTRACT(ask(?), '$.text')) AS answer";

  [[result.query]] = await db.query(ask, [JSON.stringify({ text })]);
  [[result.execute]] = await db.execute(ask, [JSON.stringify({ text })]);
  [[result.again]] = await db.execute(ask, [JSON.stringify({ text: 'again' })]);
  [[result.types]] = await db.execute(
    "SELECT ? AS text, ? AS number, ? AS nothing, CAST(? AS SIGNED) AS whole, CAST('2026-01-02 03:04:05' AS DATETIME) AS at, score(?, ?) AS score",
    [text, 1.5, null, 7, 2.5, 'x']);
  const [inserted] = await db.execute('INSERT INTO t (text) VALUES (?)', [text]);
  result.inserted = [inserted.affectedRows, inserted.insertId];
  const [updated] = await db.execute("UPDATE t SET answer = ask(JSON_OBJECT('text', text)) WHERE id = ?", [inserted.insertId]);
  result.updated = updated.affectedRows;
  [result.rows] = await db.execute('SELECT id, text, answer FROM t');

  result.refused = await failure(db.execute('SELECT ask(?)', ['not json']));
  result.unknown = await failure(db.query('SELECT nosuch(1)'));
  result.syntax = await failure(db.execute('SELECT FROM'));
  result.alive = (await db.query('SELECT 1 AS one'))[0];
  await db.end();

  const pool = mysql.createPool({ ...options, connectionLimit: 10 });
  const calls = Array.from({ length: 10 }, (_, i) => pool.execute(ask, [JSON.stringify({ text: `call ${i}` })]));
  result.pool = (await Promise.all(calls)).map(([[row]]) => row.answer);
  await pool.end();
  return result;
}

main().then((result) => console.log(JSON.stringify(result)), (error) => {
  console.error(error);
  process.exitCode = 1;
});
