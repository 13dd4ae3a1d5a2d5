package mlsql

import (
	"errors"
	"testing"

	"airglow/internal/model"
)

func TestBuiltins(t *testing.T) {
	returns := map[string]string{
		"AWS_Comprehend_detect_sentiment":            "varchar(8) CHARSET utf8mb4",
		"aws_comprehend_detect_sentiment_confidence": "double",
	}
	if len(Builtins()) != len(returns) {
		t.Errorf("%d built-ins", len(Builtins()))
	}
	for name, want := range returns {
		b, ok := FindBuiltin(name)
		if !ok || b.Service != model.Comprehend || b.Returns.String() != want || b.MaxBatchSize != 25 {
			t.Errorf("%s: %+v, %v", name, b, ok)
		}
		for n, fits := range []bool{false, false, true, true, false} {
			err := b.CheckCount(n)
			var syntax *SyntaxError
			if fits != (err == nil) || err != nil && (!errors.As(err, &syntax) || syntax.Code != 1582) {
				t.Errorf("%s with %d arguments: %v", name, n, err)
			}
		}
	}
	if _, ok := FindBuiltin("aws_comprehend"); ok {
		t.Error("found a function that does not exist")
	}
}

func TestReserved(t *testing.T) {
	for word, want := range map[string]bool{
		"Select": true, "MASTER_SSL_VERIFY_SERVER_CERT": true, "accept": false, "model": false, "id": false, "alias": false,
		"content_type": false, "timeout_ms": false, "endpoint": false, "name": false, "max_batch_size": false, "": false,
		"aws_bedrock_invoke_model": false, "aws_sagemaker_invoke_endpoint": false, "größe": false,
	} {
		if isReserved(word) != want {
			t.Errorf("isReserved(%q) = %v", word, !want)
		}
	}
	for word := range reserved {
		if len(word) > longestReserved {
			t.Errorf("%s is longer than longestReserved", word)
		}
	}
}
