package mlsql

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"airglow/internal/model"
)

func TestCreateStatement(t *testing.T) {
	full := with(titan(), func(f *Function) {
		f.Database, f.Definer = "ml", Account{Name: "root", Host: "%"}
		f.Returns.Charset = "utf8mb4"
		f.Deterministic, f.SQLSecurity, f.Comment, f.TimeoutMS = true, SecurityInvoker, `it's C:\`, 1500
	})
	const want = "CREATE DEFINER=`root`@`%` FUNCTION `invoke_titan`(`request_body` text) RETURNS text CHARSET utf8mb4\n" +
		"    DETERMINISTIC\n    SQL SECURITY INVOKER\n    COMMENT 'it''s C:\\\\'\n" +
		"    ALIAS AWS_BEDROCK_INVOKE_MODEL\n    MODEL ID 'amazon.titan-text-express-v1'\n" +
		"    CONTENT_TYPE 'application/json'\n    ACCEPT 'application/json'\n    TIMEOUT_MS 1500"
	if got := full.CreateStatement(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	sage := Function{Name: "s", Service: model.SageMaker, Args: argsOf("a int", "b double"), Returns: double, Model: "e", MaxBatchSize: 7}
	const wantSage = "CREATE FUNCTION `s`(`a` int, `b` double) RETURNS double\n    ALIAS AWS_SAGEMAKER_INVOKE_ENDPOINT\n" +
		"    ENDPOINT NAME 'e'\n    MAX_BATCH_SIZE 7"
	if got := sage.CreateStatement(); got != wantSage {
		t.Errorf("got\n%s\nwant\n%s", got, wantSage)
	}
	if sage.BatchSize() != 7 || full.BatchSize() != DefaultMaxBatchSize || full.FullName().String() != "ml.invoke_titan" {
		t.Error("BatchSize or FullName is wrong")
	}
}

// pick returns one of the values.
func pick[T any](r *rand.Rand, values ...T) T { return values[r.IntN(len(values))] }

// randomFunction returns a function that Parse could have made.
func randomFunction(r *rand.Rand) Function {
	names := []string{"f", "select", "a`b", `q"r\`, "größe", "accept", "sp ace"}
	texts := []string{"", "it's", `back\slash\`, "two\nlines", "*/ -- # ;", `"x" \_%`, "気\x00\x1a"}
	f := Function{
		Name:    pick(r, names...),
		Definer: Account{Name: pick(r, names...), Host: pick(r, "%", "localhost", "1.2.3.4", "a`b")},
		Service: model.Bedrock, Args: []Arg{{pick(r, names...), randomText(r)}}, Returns: randomText(r),
		Deterministic: pick(r, true, false), SQLSecurity: pick(r, SecurityDefiner, SecurityInvoker), Comment: pick(r, texts...),
		Model: pick(r, "m", "it's", `back\slash`, "arn:aws:bedrock:us-east-1::model/x"), SQLMode: pick(r, "", "ANSI_QUOTES", "NO_BACKSLASH_ESCAPES", "ANSI_QUOTES,NO_BACKSLASH_ESCAPES"),
	}
	if pick(r, true, false) {
		f.ContentType, f.Accept, f.TimeoutMS = "application/json", pick(r, "", "*/*"), r.Int64N(5)
		return f
	}
	f.Service, f.Model, f.MaxBatchSize = model.SageMaker, "e-1", r.Int64N(3)
	f.Returns = pick(r, double, Type{Name: "int", Unsigned: true}, Type{Name: "decimal", Length: 9, Scale: 2}, Type{Name: "char"}, Type{Name: "int", Length: 4, Unsigned: true, Zerofill: true})
	f.Args = append(f.Args, Arg{"more", Type{Name: "enum", Values: texts}}, Arg{"when", Type{Name: "datetime", Scale: 3}})
	return f
}

func randomText(r *rand.Rand) Type {
	t := pick(r, text, Type{Name: "longtext"}, Type{Name: "varchar", Length: 30}, Type{Name: "char", Length: 1})
	t.Charset = pick(r, "", "latin1", "utf8mb4")
	if t.Charset != "" {
		t.Collation = pick(r, "", t.Charset+"_bin")
	}
	return t
}

func TestCreateStatementReadsBack(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		want := randomFunction(r)
		opts := OptionsFor(want.SQLMode)
		for _, sql := range []string{want.CreateStatement(), "/*!50003 " + want.CreateStatement() + " */"} {
			got := mustParse(t, sql, opts).(*CreateFunction).Function
			got.SQLMode = want.SQLMode
			if !reflect.DeepEqual(got, want) {
				t.Fatalf("%s\ngot  %+v\nwant %+v", sql, got, want)
			}
		}
	}
}
