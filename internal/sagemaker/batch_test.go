package sagemaker_test

import (
	"bytes"
	"strconv"
	"strings"
	"testing"

	"airglow/internal/awstest"
	"airglow/internal/csvline"
	"airglow/internal/model"
	"airglow/internal/model/modeltest"
)

// lengths is an endpoint that answers each record's length.
func lengths(call awstest.Call) awstest.Answer {
	if call.Target == "bad" {
		return awstest.CSV("1\n")
	}
	var out strings.Builder
	for rest := call.Body; len(rest) > 0; {
		n := 1
		for n < len(rest) && (rest[n] != '\n' || csvline.Check(rest[:n]) != nil) {
			n++
		}
		out.WriteString(strconv.Itoa(n) + "\n")
		rest = bytes.TrimPrefix(rest[n:], []byte("\n"))
	}
	return awstest.CSV(out.String())
}

func TestBatchContract(t *testing.T) {
	modeltest.RunBatch(t, func(t *testing.T) modeltest.BatchSubject {
		server := awstest.Start(t)
		server.Handle(awstest.InvokeEndpoint, lengths)
		return modeltest.BatchSubject{
			Provider: newProvider(t, server),
			Good:     []model.Request{request("e", "1"), request("e", "\"two\nlines\",3"), request("e", "four")},
			Refused:  request("e", "1\n2"),
			Bad:      []model.Request{request("bad", "1"), request("bad", "2")},
		}
	})
}

func TestABatchIsOneRequest(t *testing.T) {
	server := awstest.Start(t)
	server.Handle(awstest.InvokeEndpoint, lengths)
	provider := newProvider(t, server)
	if _, err := provider.InvokeBatch(t.Context(), []model.Request{request("e", "1"), request("e", "22")}); err != nil {
		t.Fatal(err)
	}
	calls := server.Calls(awstest.InvokeEndpoint)
	if len(calls) != 1 || string(calls[0].Body) != "1\n22" {
		t.Errorf("sent %+v", calls)
	}
	_, err := provider.InvokeBatch(t.Context(), []model.Request{request("bad", "1"), request("bad", "22")})
	if model.KindOf(err) != model.BadAnswer || !strings.Contains(err.Error(), "1 answer line(s) for 2 record(s)") {
		t.Errorf("error %v", err)
	}
}

func TestWhatGoesAlone(t *testing.T) {
	provider := newProvider(t, awstest.Start(t))
	json := request("e", "1")
	json.ContentType = "application/json"
	for name, req := range map[string]model.Request{
		"empty": request("e", ""), "too large": request("e", strings.Repeat("1", 6_291_457)), "name": request("a/b", "1"), "JSON": json,
	} {
		if limits := provider.BatchLimits(req); limits != (model.BatchLimits{}) {
			t.Errorf("%s: %+v", name, limits)
		}
	}
	if limits := provider.BatchLimits(request("e", "1")); limits.Size(0) != 10_000 || limits.Size(20_000) != 20_000 || limits.MostBytes != 6_291_456 {
		t.Errorf("limits %+v", limits)
	}
}
