package engine

import (
	"encoding/json"
	"math"
	"strings"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/expression"
	"github.com/dolthub/go-mysql-server/sql/types"

	"airglow/internal/engine/access"
	"airglow/internal/engine/fault"
	"airglow/internal/engine/sqltype"
	"airglow/internal/infer"
	"airglow/internal/mlsql"
	"airglow/internal/model"
	"airglow/internal/sample"
)

// sentimentModel is what the model map sees as the model of the sentiment
// functions: the operation.
const sentimentModel = "sentiment"

// sentimentCall is the expression of aws_comprehend_detect_sentiment and
// aws_comprehend_detect_sentiment_confidence. Both make the same request, so
// that a statement that uses both on a text pays once.
type sentimentCall struct {
	engine  *Engine
	builtin mlsql.Builtin
	returns sql.Type
	// args are the arguments, and after them the mask.
	args []sql.Expression
}

var (
	_ sql.FunctionExpression         = (*sentimentCall)(nil)
	_ sql.NonDeterministicExpression = (*sentimentCall)(nil)
	_ sql.CollationCoercible         = (*sentimentCall)(nil)
)

func (e *Engine) builtinFunction(b mlsql.Builtin) sql.Function {
	return sql.FunctionN{Name: b.Name, Fn: func(args ...sql.Expression) (sql.Expression, error) {
		if b.CheckCount(len(args)) != nil {
			return nil, errNativeArgumentCount(b.Name)
		}
		returns, err := sqltype.Of(b.Returns)
		if err != nil {
			return nil, err
		}
		return &sentimentCall{engine: e, builtin: b, returns: returns, args: masked(args)}, nil
	}}
}

// Eval implements sql.Expression.
func (c *sentimentCall) Eval(ctx *sql.Context, row sql.Row) (any, error) {
	call, null, err := c.call(ctx, row)
	if err != nil || null {
		return nil, fault.FromModel(err)
	}
	if role, privilege := access.RoleFor(model.Comprehend); !c.engine.access.RoleActive(ctx, role) {
		return nil, fault.NeedsPrivilege(privilege)
	}
	response, err := c.engine.invoke(ctx, call)
	if err != nil {
		if c.engine.forgives(ctx, err) {
			c.engine.warnOfRow(ctx, row, call, err)
			return nil, nil
		}
		return nil, noteFailure(ctx, err)
	}
	value, err := c.value(response)
	if err != nil {
		c.engine.reject(ctx, call)
	}
	return value, fault.FromModel(err)
}

// call evaluates the arguments. It is null when the text or the language is.
func (c *sentimentCall) call(ctx *sql.Context, row sql.Row) (call infer.Call, null bool, err error) {
	call.Request = model.Request{Service: model.Comprehend, Model: sentimentModel}
	call.Origin.Function = c.builtin.Name
	values := make([]any, 0, 3)
	for _, arg := range unmasked(c.args) {
		value, err := arg.Eval(ctx, row)
		if err != nil {
			return call, false, err
		}
		values = append(values, value)
	}
	if values[0] == nil || values[1] == nil {
		return call, true, nil
	}
	text, err := sqltype.Text(ctx, values[0], c.args[0].Type())
	if err != nil {
		return call, false, err
	}
	call.Request.Body = []byte(text)
	if call.Request.Language, err = sqltype.Text(ctx, values[1], c.args[1].Type()); err != nil {
		return call, false, err
	}
	if len(values) == 3 {
		call.BatchSize, err = batchSize(ctx, values[2])
	}
	return call, false, err
}

// batchSize is a max_batch_size, which must be above zero; 0 for NULL, which
// leaves it to the service's default.
func batchSize(ctx *sql.Context, value any) (int, error) {
	if value == nil {
		return 0, nil
	}
	size, _, err := types.Int64.Convert(ctx, value)
	if err != nil || size.(int64) <= 0 {
		return 0, invalid(model.Comprehend, "max_batch_size, the third argument of the sentiment functions, must be a whole number above 0")
	}
	return int(min(size.(int64), math.MaxInt32)), nil
}

// Subject implements sample.Call.
func (c *sentimentCall) Subject() sample.Subject {
	return sample.Subject{Function: c.builtin.Name, Service: model.Comprehend, Model: sentimentModel}
}

// Foresee implements sample.Call.
func (c *sentimentCall) Foresee(ctx *sql.Context, row sql.Row) (infer.Call, bool, error) {
	return c.call(ctx, row)
}

// value reads DetectSentiment's answer.
func (c *sentimentCall) value(r model.Response) (any, error) {
	var answer struct {
		Sentiment      string
		SentimentScore map[string]float64
	}
	if err := json.Unmarshal(r.Body, &answer); err != nil || answer.Sentiment == "" {
		return nil, c.badAnswer(r, "is not the JSON of DetectSentiment")
	}
	if c.builtin.Returns.IsString() {
		return answer.Sentiment, nil
	}
	for name, score := range answer.SentimentScore {
		if strings.EqualFold(name, answer.Sentiment) {
			return score, nil
		}
	}
	return nil, c.badAnswer(r, "has no score for "+answer.Sentiment)
}

func (c *sentimentCall) badAnswer(r model.Response, fault string) error {
	return &model.Error{
		Kind: model.BadAnswer, Service: model.Comprehend, RequestID: r.RequestID,
		Message: "the answer of provider " + r.Provider + " " + fault,
	}
}

// FunctionName implements sql.FunctionExpression.
func (c *sentimentCall) FunctionName() string { return c.builtin.Name }

// Description implements sql.FunctionExpression.
func (c *sentimentCall) Description() string { return "judges the sentiment of a text" }

// IsNonDeterministic implements sql.NonDeterministicExpression.
func (c *sentimentCall) IsNonDeterministic() bool { return true }

// Resolved implements sql.Expression.
func (c *sentimentCall) Resolved() bool { return expression.ExpressionsResolved(c.args...) }

// Type implements sql.Expression.
func (c *sentimentCall) Type() sql.Type { return c.returns }

// IsNullable implements sql.Expression.
func (c *sentimentCall) IsNullable() bool { return true }

// Children implements sql.Expression.
func (c *sentimentCall) Children() []sql.Expression { return c.args }

// WithChildren implements sql.Expression.
func (c *sentimentCall) WithChildren(children ...sql.Expression) (sql.Expression, error) {
	if len(children) != len(c.args) {
		return nil, sql.ErrInvalidChildrenNumber.New(c, len(children), len(c.args))
	}
	changed := *c
	changed.args = children
	return &changed, nil
}

// CollationCoercibility implements sql.CollationCoercible.
func (c *sentimentCall) CollationCoercibility(ctx *sql.Context) (sql.CollationID, byte) {
	if text, ok := c.returns.(sql.StringType); ok {
		return text.Collation(), 4
	}
	return sql.Collation_binary, 5
}

// Batched implements explain.Batcher: Comprehend takes many texts.
func (c *sentimentCall) Batched() bool { return true }

// String implements sql.Expression.
func (c *sentimentCall) String() string {
	return c.builtin.Name + "(" + joinExpressions(unmasked(c.args)) + ")"
}
