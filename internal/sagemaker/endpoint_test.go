package sagemaker

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"

	"airglow/internal/awsclient"
	"airglow/internal/awstest"
	"airglow/internal/csvline"
	"airglow/internal/model"
)

// Several records go in one call, and each gets its line.
func TestSeveralRecords(t *testing.T) {
	server := awstest.Start(t)
	for name, value := range server.Environment() {
		t.Setenv(name, value)
	}
	session, err := awsclient.Load(t.Context(), awsclient.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(session.Close)
	provider := New(session)
	records := [][]byte{[]byte("1"), []byte("\"a\nb\",2"), []byte("3")}
	server.Handle(awstest.InvokeEndpoint, func(call awstest.Call) awstest.Answer {
		lines, err := csvline.Split(call.Body, len(records))
		if err != nil {
			return awstest.Failure(400, "ValidationError", err.Error())
		}
		var out []string
		for i, line := range lines {
			out = append(out, strconv.Itoa(i)+","+strconv.Itoa(len(line)))
		}
		return awstest.CSV(strings.Join(out, "\n"))
	})
	got, err := provider.invoke(t.Context(), call{endpoint: "e", records: records})
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, line := range got.lines {
		lines = append(lines, string(line))
	}
	if want := []string{"0,1", "1,7", "2,1"}; !slices.Equal(lines, want) {
		t.Errorf("got %q, want %q", lines, want)
	}

	server.Queue(awstest.InvokeEndpoint, awstest.CSV("1\n2\n"))
	_, err = provider.invoke(t.Context(), call{endpoint: "e", records: records})
	var count *csvline.CountError
	if model.KindOf(err) != model.BadAnswer || !errors.As(err, &count) || count.Lines != 2 || count.Records != 3 {
		t.Errorf("two lines for three records: %v", err)
	}
}
