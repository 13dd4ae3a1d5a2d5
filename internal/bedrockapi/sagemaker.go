package bedrockapi

import (
	"mime"
	"net/http"

	"airglow/internal/csvline"
	"airglow/internal/infer"
	"airglow/internal/model"
)

const csvType = "text/csv"

// invokeEndpoint is SageMaker's InvokeEndpoint. A CSV body is as many calls as it
// has records, and the answer a line for each, with what SQL would get; any other
// body is one call.
func (s *Server) invokeEndpoint(x *exchange) error {
	request := model.Request{Service: model.SageMaker, Model: x.subject}
	media, _, err := mime.ParseMediaType(x.r.Header.Get("Content-Type"))
	if isCSV := err != nil || media == csvType; !isCSV {
		request.ContentType, request.Accept = x.r.Header.Get("Content-Type"), x.r.Header.Get("Accept")
	}
	records, err := recordsOf(request, x.body)
	if err != nil {
		return err
	}
	outcomes, err := s.all(x, requestsOf(request, records))
	if err != nil {
		return err
	}
	lines := make([][]byte, len(outcomes))
	for i, o := range outcomes {
		if o.err != nil {
			return o.err
		}
		lines[i] = o.answer.Response.Body
	}
	x.w.Header().Set("X-Amzn-Invoked-Production-Variant", "AllTraffic")
	switch {
	case request.ContentType == "":
		return x.send(csvType+"; charset=utf-8", append(csvline.Join(lines), '\n'))
	case request.Accept == "", request.Accept == "*/*":
		return x.send(csvType, lines[0])
	default:
		return x.send(request.Accept, lines[0])
	}
}

// recordsOf are the bodies of the calls that a request's body is.
func recordsOf(request model.Request, body []byte) ([][]byte, error) {
	if request.ContentType != "" {
		return [][]byte{body}, nil
	}
	records, err := csvline.Records(body)
	if err != nil || len(records) == 0 {
		return nil, refuse(http.StatusBadRequest, "ValidationError", "The body is no CSV: it needs one record a line, with every quote closed.")
	}
	return records, nil
}

// requestsOf is a request with each of the bodies.
func requestsOf(request model.Request, bodies [][]byte) []model.Request {
	list := make([]model.Request, len(bodies))
	for i, body := range bodies {
		list[i] = request
		list[i].Body = body
	}
	return list
}

// outcome is what became of one of several calls.
type outcome struct {
	answer infer.Answer
	err    error
}

// all makes several calls of one request as a statement would: side by side,
// equal ones once, and those that can travel together in one request. The error
// is that of the exchange's end alone.
func (s *Server) all(x *exchange, requests []model.Request) ([]outcome, error) {
	statement := s.opts.Runner.Statement(nil)
	defer statement.Close()
	for _, request := range requests {
		statement.Ask(x.ctx, s.call(x, request), nil)
	}
	statement.Flush()
	outcomes := make([]outcome, len(requests))
	for i, request := range requests {
		answer, err := statement.Call(x.ctx, s.call(x, request))
		if x.ctx.Err() != nil {
			return nil, x.ctx.Err()
		}
		outcomes[i] = outcome{answer, err}
	}
	return outcomes, nil
}
