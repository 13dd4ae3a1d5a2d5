package modelserver

import (
	"net/http"
	"strings"
)

// Reply is what the server answers. The zero value is an empty answer.
type Reply struct {
	// Text is the answer to a chat, Thought what comes before it.
	Text, Thought string
	// Length says that the answer ended at its token limit.
	Length bool
	// NoUsage leaves the counts of tokens out.
	NoUsage bool
	// Vectors are the answer to a request for embeddings; nil makes some of
	// Dimensions numbers (zero is 8) of the texts.
	Vectors    [][]float64
	Dimensions int

	// Status, when it is not zero, is a failure with Raw as its body. Without it Raw
	// stands for the answer.
	Status int
	Raw    string
	Header http.Header
	// Wait holds the answer back until it is closed or the client gives up. Started,
	// when it is not nil, is told that the question has come.
	Wait    <-chan struct{}
	Started chan<- struct{}
	// Breaks drops the connection in the middle: of a stream after its first piece,
	// of another answer after some bytes.
	Breaks bool
	// Ends ends a stream after its first piece, as if that were all.
	Ends bool
}

func echo(q Question) Reply { return Reply{Text: strings.ToUpper(q.Prompt)} }

func (reply Reply) send(w http.ResponseWriter, r *http.Request, write func(Reply)) {
	if reply.Started != nil {
		reply.Started <- struct{}{}
	}
	if reply.Wait != nil {
		select {
		case <-reply.Wait:
		case <-r.Context().Done():
			return
		}
	}
	if strings.HasPrefix(reply.Raw, "{") || strings.HasPrefix(reply.Raw, "[") {
		w.Header().Set("Content-Type", "application/json")
	}
	for name, values := range reply.Header {
		w.Header()[name] = values
	}
	switch {
	case reply.Status != 0:
		w.WriteHeader(reply.Status)
		_, _ = w.Write([]byte(reply.Raw))
	case reply.Raw != "":
		_, _ = w.Write([]byte(reply.Raw))
	default:
		write(reply)
	}
	if reply.Breaks {
		_ = http.NewResponseController(w).Flush() // so that the half arrives
		panic(http.ErrAbortHandler)
	}
}

// pieces cuts a text at its spaces, for streams.
func (reply Reply) pieces() []string {
	all := strings.SplitAfter(reply.Text, " ")
	if reply.Breaks || reply.Ends {
		all = all[:1]
	}
	return all
}

// vectors are those of a question's texts.
func (reply Reply) vectors(texts []string) [][]float64 {
	if reply.Vectors != nil {
		return reply.Vectors
	}
	n := reply.Dimensions
	if n == 0 {
		n = 8
	}
	all := make([][]float64, len(texts))
	for i, text := range texts {
		all[i] = make([]float64, n)
		all[i][n-1] = 0.5
		for at, c := range []byte(text) {
			all[i][at%n] += float64(c) / 256
		}
	}
	return all
}
