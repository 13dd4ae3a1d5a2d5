package bedrockapi

import (
	"bytes"
	"context"
	"mime"

	"airglow/internal/csvline"
	"airglow/internal/infer"
	"airglow/internal/model"
)

const csvType = "text/csv"

// invokeEndpoint is SageMaker's InvokeEndpoint. A CSV body is as many calls as it
// has records, and the answer a line for each, with what SQL would get; any other
// body is one call.
func (s *Server) invokeEndpoint(x *exchange) error {
	request := model.Request{Service: model.SageMaker, Model: x.subject, Body: x.body}
	contentType, accept := csvType, csvType
	records := [][]byte{x.body}
	if media, _, err := mime.ParseMediaType(x.r.Header.Get("Content-Type")); err == nil && media != csvType {
		contentType = x.r.Header.Get("Content-Type")
		request.ContentType, request.Accept = contentType, x.r.Header.Get("Accept")
	} else if records, err = csvline.Records(x.body); err != nil || len(records) == 0 {
		return refuse(400, "ValidationError", "The body is no CSV: it needs one record a line, with every quote closed.")
	}
	answers, err := s.all(x.ctx, requestsOf(request, records))
	if err != nil {
		return err
	}
	if request.Accept != "" && request.Accept != "*/*" {
		accept = request.Accept
	}
	lines := make([][]byte, len(answers))
	for i, a := range answers {
		if a.err != nil {
			return a.err
		}
		lines[i] = a.answer.Response.Body
	}
	x.w.Header().Set("X-Amzn-Invoked-Production-Variant", "AllTraffic")
	if request.ContentType == "" {
		return x.send(csvType+"; charset=utf-8", append(csvline.Join(lines), '\n'))
	}
	return x.send(accept, bytes.Join(lines, nil))
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
// is ctx's alone.
func (s *Server) all(ctx context.Context, requests []model.Request) ([]outcome, error) {
	statement := s.opts.Runner.Statement(nil)
	defer statement.Close()
	for _, request := range requests {
		statement.Ask(ctx, s.call(request), nil)
	}
	statement.Flush()
	outcomes := make([]outcome, len(requests))
	for i, request := range requests {
		answer, err := statement.Call(ctx, s.call(request))
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		outcomes[i] = outcome{answer, err}
	}
	return outcomes, nil
}
