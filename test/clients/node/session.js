// Leaves traces in a session, becomes the user that AIRGLOW_TEST names as "to", or
// without one resets the connection, and prints what is left of the traces; then
// tries a wrong password.
'use strict';

const { mysql, options: { to, ...options } } = require('./connection');

const left = `SELECT CURRENT_USER() AS user, DATABASE() AS db, @trace AS variable, @@max_execution_time AS setting,
  CURRENT_ROLE() AS role, IS_FREE_LOCK('trace') AS unlocked, @@warning_count AS warnings`;

async function main() {
  const db = await mysql.createConnection(options);
  db.on('error', () => {}); // the server closes the connection at the end
  await db.query("SET @trace = 1, max_execution_time = 9999");
  await db.query("SELECT GET_LOCK('trace', 0)");
  await db.query('SET ROLE r');
  await db.query('BEGIN');
  await db.query('INSERT INTO d.t VALUES (1)');
  const statement = await db.prepare('SELECT 1');
  await db.query('SELECT 1/0');
  const [[before]] = await db.query(left);
  await (to ? db.changeUser(to) : db.reset());
  const [[after]] = await db.query(left);
  const [[{ rows }]] = await db.query('SELECT COUNT(*) AS rows_left FROM d.t').then(([[r]]) => [[{ rows: r.rows_left }]]);
  const prepared = await statement.execute([]).then(() => 'still there', (error) => error.errno);
  if (to) {
    await db.changeUser({ ...to, password: 'wrong' }).catch((error) => { after.wrong = error.errno; after.state = error.sqlState; });
  }
  after.alive = await db.query('SELECT 1').then(() => true, () => false);
  db.destroy();
  return { before, after, rows, prepared };
}

main().catch((error) => ({ error: error.errno, code: error.code, state: error.sqlState, sentence: error.message }))
  .then((result) => console.log(JSON.stringify(result)));
