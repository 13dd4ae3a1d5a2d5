#!/usr/bin/env bash
# Runs the walkthrough: starts a server of its own on a free port, tells the
# story of the numbered SQL files, checks what came of it, and stays up for
# other clients until Ctrl-C, when it cleans up and stops.
#
#   examples/walkthrough/run.sh          as above
#   DEMO_ONCE=1 …/run.sh                 does not stay up; fails when a check does
#
#   AIRGLOW=path       the program to run, ./airglow otherwise
#   DEMO_CONFIG=path   the configuration, airglow.toml beside this file otherwise
#   DEMO_DATA=path     the server's data, which is REMOVED first; demo-data otherwise
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
airglow=${AIRGLOW:-$root/airglow}
config=${DEMO_CONFIG:-$here/airglow.toml}
data=${DEMO_DATA:-$root/demo-data}
log=$data/server.log
user=bedrock_user
password=Aurora-over-Tromso-26 # the one of 00_setup.sql
database=bedrockdb
server=
port=

bold= plain=
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
  bold=$'\033[1m' plain=$'\033[0m'
fi

heading() {
  printf '\n%s== %s ==%s\n\n' "$bold" "$1" "$plain"
}

fail() {
  printf 'walkthrough: %s\n' "$1" >&2
  exit 1
}

# The server has a process group of its own (set -m), so that Ctrl-C reaches
# this script alone, which then stops it in its own time.
start_server() {
  [ -x "$airglow" ] || fail "there is no program $airglow; run make build, or make demo"
  rm -rf "$data"
  mkdir -p "$data"
  (umask 077 && od -An -N16 -tx1 /dev/urandom | tr -d ' \n' >"$data/root-password")
  set -m
  "$airglow" serve --config "$config" --data "$data/db" --listen 127.0.0.1:0 \
    --root-password-file "$data/root-password" >"$log" 2>&1 &
  server=$!
  set +m
  for _ in $(seq 600); do
    port=$(sed -n 's/.*msg=ready address=127\.0\.0\.1:\([0-9]*\) .*/\1/p' "$log")
    [ -z "$port" ] || return 0
    kill -0 "$server" 2>/dev/null || fail "the server did not start: $(tail -n 3 "$log")"
    sleep 0.1
  done
  fail "the server was not ready within a minute; its log is $log"
}

stop_server() {
  [ -n "$server" ] || return 0
  kill -TERM "$server" 2>/dev/null || true
  wait "$server" 2>/dev/null || true
  server=
}
trap stop_server EXIT

# sql runs SQL as bedrock_user, sql_root as root.
sql() {
  AIRGLOW_PASSWORD=$password "$airglow" sql --port "$port" --user "$user" --database "$database" "$@"
}

sql_root() {
  AIRGLOW_PASSWORD=$(cat "$data/root-password") "$airglow" sql --port "$port" --user root "$@"
}

story() {
  heading "A database, a user, and the roles that let it reach models (as root)"
  sql_root --echo -f "$here/00_setup.sql"

  heading "Functions that stand for foundation models (as $user)"
  sql --echo -f "$here/01_functions.sql"

  heading "Use case 1: countries, enriched by a procedure with a cursor"
  sql --echo -f "$here/02_countries.sql"

  heading "Use case 1, the open question"
  open_question

  heading "Use case 2: product news, from an RSS file"
  sql --echo -f "$here/03_news_table.sql"
  load_feed
  printf '\nOnce more: an item is known by its link, so nothing is loaded twice.\n\n'
  load_feed

  heading "Use case 2: products, summaries, and one overview of twenty items"
  sql --echo -f "$here/04_news.sql"
}

# open_question may fail in one way: a built-in model says that it answers from
# a given text alone.
open_question() {
  local said
  if said=$(sql --echo -f "$here/02_open_question.sql" 2>&1); then
    printf '%s\n' "$said"
    return
  fi
  printf '%s\n' "$said"
  case $said in
  *"ERROR 63986 "*"cannot answer open questions"*)
    printf '\nThat is as it should be: the model that answers here knows only what it is given.\n'
    ;;
  *) fail "the open question failed in an unexpected way" ;;
  esac
}

load_feed() {
  printf '$ airglow feed --into %s.news examples/walkthrough/news.xml\n' "$database"
  AIRGLOW_PASSWORD=$password "$airglow" feed --port "$port" --user "$user" --into "$database.news" "$here/news.xml"
}

failed=0

# check TITLE EXPECTED QUERY compares a single value.
check() {
  local got
  got=$(sql --batch -e "$3" | tail -n 1)
  if [ "$got" = "$2" ]; then
    printf '  ok      %s\n' "$1"
  else
    printf '  FAILED  %s: expected %s, got %s\n' "$1" "$2" "$got"
    failed=1
  fi
}

# What each row must say, whoever answers: the texts name these foods.
foods="CASE country WHEN 'India' THEN 'rice' WHEN 'China' THEN 'noodles' WHEN 'United States' THEN 'amburgers'
  WHEN 'Indonesia' THEN 'asi goreng' WHEN 'Brazil' THEN 'eijoada' WHEN 'Mexico' THEN 'acos' WHEN 'Japan' THEN 'sushi'
  WHEN 'Italy' THEN 'asta' WHEN 'Ethiopia' THEN 'njera' WHEN 'Peru' THEN 'eviche' END"

checks() {
  heading "Checks"
  check "every country tells its food" 10 \
    "SELECT COUNT(*) FROM countries WHERE information LIKE CONCAT('%', $foods, '%')"
  check "every item was loaded once" "26 26" \
    "SELECT CONCAT(COUNT(*), ' ', COUNT(DISTINCT link)) FROM news"
  check "quotes and backslashes are as in the file" 1 \
    "SELECT COUNT(*) FROM news WHERE INSTR(description, 'C:\\\\keys\\\\new\\\\table.pem') AND INSTR(description, '\"cannot open C:\\\\\"')"
  check "every item has a product" 0 \
    "SELECT COUNT(*) FROM news WHERE COALESCE(product, '') = ''"
  check "at least 22 of the 26 products have their full name" 1 \
    "SELECT SUM(product LIKE 'Fjellcloud %') >= 22 FROM news"
  check "every summary has 1 to 200 characters" 26 \
    "SELECT COUNT(*) FROM news WHERE CHAR_LENGTH(summary) BETWEEN 1 AND 200"
  check "every summary is shorter than its text" 26 \
    "SELECT COUNT(*) FROM news WHERE CHAR_LENGTH(summary) < CHAR_LENGTH(description)"
  check "readers are told apart" "POSITIVE NEGATIVE NEUTRAL MIXED" \
    "SELECT GROUP_CONCAT(sentiment ORDER BY id SEPARATOR ' ') FROM comments"
}

how_to_connect() {
  heading "The server stays up; go on from here"
  cat <<TEXT
  with MariaDB's client   mariadb -h 127.0.0.1 -P $port -u $user -p$password $database
  with MySQL's client     mysql -h 127.0.0.1 -P $port -u $user -p$password $database
  with airglow's own      AIRGLOW_PASSWORD=$password ./airglow sql --port $port --user $user --database $database

For example:

  SELECT title, summary FROM news ORDER BY id LIMIT 3;
  SELECT aws_comprehend_detect_sentiment('The bread was excellent.', 'en');

The SQL is in examples/walkthrough/, the server's log in demo-data/server.log.
Ctrl-C cleans up, as the last part of the story, and stops the server.
TEXT
}

clean_up() {
  heading "Clean-up (as $user, then as root)"
  sql --echo -f "$here/05_cleanup.sql"
  sql_root --echo -f "$here/06_cleanup_root.sql"
  local left
  left=$(sql_root --batch -e "SELECT (SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name = '$database')
    + (SELECT COUNT(*) FROM mysql.user WHERE user = '$user')" | tail -n 1)
  [ "$left" = 0 ] || fail "the clean-up left something behind"
}

start_server
story
checks
if [ -n "${DEMO_ONCE:-}" ]; then
  clean_up
  [ "$failed" = 0 ] || fail "a check failed"
  printf '\nThe walkthrough is done.\n'
  exit 0
fi
how_to_connect
trap 'printf "\n"; trap "" INT TERM; clean_up; exit 0' INT TERM
wait "$server" || true
fail "the server stopped; its log is $log"
