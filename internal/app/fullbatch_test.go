package app_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"airglow/internal/awstest"
)

// TestBatchesAreFilled: rows are read ahead until the requests of an endpoint are
// full, and no further where a LIMIT takes few.
func TestBatchesAreFilled(t *testing.T) {
	kit, aws := awsKit(t)
	var mu sync.Mutex
	var sizes []int
	aws.Handle(awstest.InvokeEndpoint, func(call awstest.Call) awstest.Answer {
		mu.Lock()
		defer mu.Unlock()
		sizes = append(sizes, 1+strings.Count(string(call.Body), "\n"))
		return awstest.CSV(string(call.Body))
	})
	kit.Exec("CREATE DATABASE d", "CREATE TABLE d.digits (n INT)", "INSERT INTO d.digits VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)",
		"CREATE TABLE d.t (id INT PRIMARY KEY)",
		"INSERT INTO d.t SELECT a.n * 10000 + b.n * 1000 + c.n * 100 + e.n * 10 + f.n FROM d.digits a, d.digits b, d.digits c, d.digits e, d.digits f WHERE a.n < 5",
		"CREATE FUNCTION d.score(v INT) RETURNS INT ALIAS AWS_SAGEMAKER_INVOKE_ENDPOINT ENDPOINT NAME 'churn'",
		"CREATE FUNCTION d.small(v INT) RETURNS INT ALIAS AWS_SAGEMAKER_INVOKE_ENDPOINT ENDPOINT NAME 'churn' MAX_BATCH_SIZE 100",
		"CREATE FUNCTION d.large(v INT) RETURNS INT ALIAS AWS_SAGEMAKER_INVOKE_ENDPOINT ENDPOINT NAME 'churn' MAX_BATCH_SIZE 1000000")
	for _, c := range []struct {
		text string
		want []int
	}{
		{"SELECT COUNT(*) FROM d.t WHERE d.score(id) = id", slices.Repeat([]int{10000}, 5)},
		{"SELECT /*+ SET_VAR(airglow_max_concurrency = 1) */ SUM(d.score(id) = id) FROM d.t", slices.Repeat([]int{10000}, 5)},
		{"SELECT COUNT(d.small(id)) FROM d.t WHERE id < 1050", append(slices.Repeat([]int{100}, 10), 50)},
		{"SELECT COUNT(d.large(id)) FROM d.t WHERE id < 30000", []int{30000}},
		{"SELECT d.score(id) FROM d.t LIMIT 3", []int{3}},
		{"SELECT id FROM d.t WHERE d.score(id) = id LIMIT 3", []int{8}},
	} {
		sizes = nil
		query(t, kit, c.text)
		slices.SortFunc(sizes, func(a, b int) int { return b - a })
		if fmt.Sprint(sizes) != fmt.Sprint(c.want) {
			t.Errorf("%s: requests of %v rows, want %v", c.text, sizes, c.want)
		}
	}
}

// TestBatchesOfALoopAreFilled: the rows of a cursor's loop travel together as well, many
// at a time, and each of them once. A loop that ends early has asked for few more.
func TestBatchesOfALoopAreFilled(t *testing.T) {
	kit, aws := awsKit(t)
	var mu sync.Mutex
	var requests, rows int
	aws.Handle(awstest.InvokeEndpoint, func(call awstest.Call) awstest.Answer {
		mu.Lock()
		defer mu.Unlock()
		requests, rows = requests+1, rows+1+strings.Count(string(call.Body), "\n")
		return awstest.CSV(string(call.Body))
	})
	kit.Exec("CREATE DATABASE d", "CREATE TABLE d.digits (n INT)", "INSERT INTO d.digits VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)",
		"CREATE TABLE d.t (id INT PRIMARY KEY, s INT)",
		"INSERT INTO d.t SELECT c.n * 100 + e.n * 10 + f.n, NULL FROM d.digits c, d.digits e, d.digits f",
		"CREATE FUNCTION d.small(v INT) RETURNS INT ALIAS AWS_SAGEMAKER_INVOKE_ENDPOINT ENDPOINT NAME 'churn' MAX_BATCH_SIZE 100",
		"CREATE FUNCTION d.large(v INT) RETURNS INT ALIAS AWS_SAGEMAKER_INVOKE_ENDPOINT ENDPOINT NAME 'churn'")
	for _, c := range []struct {
		name, turn  string
		least, rows int // how many rows are sent, at least and at most
		requests    int // that they take, at most
	}{
		{"batches of 100", "UPDATE d.t SET s = d.small(i) WHERE id = i;", 1000, 1000, 20},
		{"large batches", "UPDATE d.t SET s = d.large(i) WHERE id = i;", 1000, 1000, 20},
		{"a call of another's value", "UPDATE d.t SET s = d.large(d.small(i) + 10000) WHERE id = i;", 2000, 2000, 100},
		{"a loop that ends early", "UPDATE d.t SET s = d.large(i) WHERE id = i; IF i = 20 THEN LEAVE l; END IF;", 21, 64, 8},
	} {
		requests, rows = 0, 0
		kit.Exec("UPDATE d.t SET s = NULL", "DROP PROCEDURE IF EXISTS d.p", `CREATE PROCEDURE d.p() BEGIN DECLARE i INT; DECLARE done BOOL DEFAULT FALSE;
			DECLARE c CURSOR FOR SELECT id FROM d.t ORDER BY id; DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = TRUE;
			OPEN c; l: LOOP FETCH c INTO i; IF done THEN LEAVE l; END IF; `+c.turn+` END LOOP; CLOSE c; END`)
		query(t, kit, "CALL d.p()")
		if rows < c.least || rows > c.rows || requests > c.requests {
			t.Errorf("%s: %d rows in %d requests, want %d to %d in %d at most", c.name, rows, requests, c.least, c.rows, c.requests)
		}
		t.Logf("%s: %d rows in %d requests", c.name, rows, requests)
	}
	if got := query(t, kit, "SELECT COUNT(*) FROM d.t WHERE s = id"); got[0] != "21" {
		t.Errorf("%s rows have their answer, want 21", got[0])
	}
}
