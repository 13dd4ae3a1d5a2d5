// Logs in and prints who it is, or the error.
'use strict';

const { mysql, options } = require('./connection');

async function main() {
  const db = await mysql.createConnection(options);
  const [[row]] = await db.query('SELECT CURRENT_USER() AS user');
  row.tls = Boolean(db.connection.stream.encrypted);
  await db.end();
  return row;
}

main().catch((error) => ({ error: error.errno, code: error.code, state: error.sqlState, sentence: error.message }))
  .then((result) => console.log(JSON.stringify(result)));
