package app_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"airglow/internal/model"
	"airglow/internal/testkit"
)

// hostile are texts that some layer could take for its own.
var hostile = []string{
	`it's "quoted" \ and \\ and \n`, "two\nlines\r\nand a\ttab", "a NUL \x00 in it", "𝒻our bytes 🙂 and é", "{{x}} {0} %s ${y} $1",
	"</row><row id='2'>", "'; DROP TABLE d.texts; -- ", "/* comment */ # and -- more", "`name`", "1,2,\"3\",", " blanks ", "", "NULL",
}

// TestTextsReachTheModel: what a statement gives to a model is what the model gets,
// whatever way the statement takes and whatever is in it.
func TestTextsReachTheModel(t *testing.T) {
	kit := testkit.Start(t)
	kit.Exec("CREATE DATABASE d", declareF, "CREATE TABLE d.texts (id INT PRIMARY KEY, v TEXT, answer TEXT)",
		"CREATE FUNCTION d.score(v TEXT, n INT) RETURNS VARCHAR(200) CHARSET utf8mb4 ALIAS AWS_SAGEMAKER_INVOKE_ENDPOINT ENDPOINT NAME 'e'",
		`CREATE PROCEDURE d.ask_each() BEGIN
			DECLARE i INT; DECLARE b TEXT; DECLARE done BOOL DEFAULT FALSE;
			DECLARE c CURSOR FOR SELECT id, v FROM d.texts;
			DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = TRUE;
			OPEN c;
			l: LOOP
				FETCH c INTO i, b;
				IF done THEN LEAVE l; END IF;
				UPDATE d.texts SET answer = d.f(JSON_OBJECT('text', b)) WHERE id = i;
			END LOOP;
			CLOSE c;
		END`,
		`CREATE PROCEDURE d.ask_text() BEGIN
			DECLARE i INT; DECLARE b TEXT; DECLARE done BOOL DEFAULT FALSE;
			DECLARE c CURSOR FOR SELECT id, v FROM d.texts;
			DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = TRUE;
			OPEN c;
			l: LOOP
				FETCH c INTO i, b;
				IF done THEN LEAVE l; END IF;
				SET @request = CONCAT('UPDATE d.texts SET answer = d.f(JSON_OBJECT(''text'', ', QUOTE(b), ')) WHERE id = ', i);
				PREPARE s FROM @request;
				EXECUTE s;
			END LOOP;
			CLOSE c;
		END`)
	conn := openSession(t, kit)
	for i, text := range hostile {
		if _, err := conn.ExecContext(t.Context(), "INSERT INTO d.texts VALUES (?, ?, NULL)", i, text); err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range []struct {
		text string
		of   func(model.Request) (string, error)
	}{
		{"SELECT d.f(JSON_OBJECT('text', v)) FROM d.texts", jsonText},
		{"UPDATE d.texts SET answer = d.f(JSON_OBJECT('text', v))", jsonText},
		{"CALL d.ask_each()", jsonText},
		{"CALL d.ask_text()", jsonText},
		{"SELECT d.score(v, id) FROM d.texts", csvText},
		{"SELECT aws_comprehend_detect_sentiment(v, 'en') FROM d.texts WHERE v <> ''", plainText},
	} {
		t.Run(s.text, func(t *testing.T) {
			kit.Provider.Reset()
			kit.Provider.Answer(nil)
			if strings.Contains(s.text, "sentiment") {
				kit.Provider.Answer(func(model.Request) (model.Response, error) {
					return model.Response{Body: []byte(`{"Sentiment":"NEUTRAL"}`)}, nil
				})
			}
			run(t, conn.Conn, s.text)
			got := map[string]bool{}
			for _, r := range kit.Provider.Requests() {
				text, err := s.of(r)
				if err != nil {
					t.Errorf("%q: %v", r.Body, err)
				}
				got[text] = true
			}
			for _, want := range hostile {
				if !got[want] && (want != "" || !strings.Contains(s.text, "<> ''")) {
					t.Errorf("no request has %q: %q", want, fmt.Sprint(got))
				}
			}
		})
	}
}

func jsonText(r model.Request) (string, error) {
	var body struct{ Text string }
	err := json.Unmarshal(r.Body, &body)
	return body.Text, err
}

func csvText(r model.Request) (string, error) {
	record, err := csv.NewReader(strings.NewReader(string(r.Body))).Read()
	if err != nil {
		return "", err
	}
	return strings.ReplaceAll(record[0], "two\nlines\nand", "two\nlines\r\nand"), nil // the reader drops the \r
}

func plainText(r model.Request) (string, error) { return string(r.Body), nil }
