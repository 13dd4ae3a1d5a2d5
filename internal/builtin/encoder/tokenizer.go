package encoder

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	// unknown is the token of text that no piece matches.
	unknown = 0
	// reserved is the number of ids at the start that no text can produce.
	reserved = 6
	// space is written in place of a blank, and before the first word.
	space = "▁"
)

// tokenizer cuts text into the pieces whose scores have the largest sum, as a
// SentencePiece unigram model does.
type tokenizer struct {
	pieces []string
	scores []float32
	// first holds the trie's nodes for the first byte of a piece; the nodes
	// below are chained, child to sibling.
	first [256]int32
	nodes []node
}

// node is one byte of one or more pieces. Node 0 stands for none.
type node struct {
	letter         byte
	child, sibling int32
	// id is the piece that ends here, unknown when none does.
	id int32
}

func newTokenizer(w *weights) *tokenizer {
	t := &tokenizer{pieces: w.lines("pieces"), nodes: make([]node, 1)}
	t.scores = w.vector("scores", len(t.pieces))
	if w.err != nil {
		return t
	}
	// Ids must have an embedding.
	w.matrix("embedding", width, len(t.pieces))
	for id := reserved; id < len(t.pieces); id++ {
		t.insert(t.pieces[id], int32(id))
	}
	return t
}

func (t *tokenizer) insert(piece string, id int32) {
	if piece == "" {
		return
	}
	at := t.first[piece[0]]
	if at == 0 {
		at = t.newNode(node{letter: piece[0]})
		t.first[piece[0]] = at
	}
	for i := 1; i < len(piece); i++ {
		next := t.child(at, piece[i])
		if next == 0 {
			next = t.newNode(node{letter: piece[i], sibling: t.nodes[at].child})
			t.nodes[at].child = next
		}
		at = next
	}
	t.nodes[at].id = id
}

func (t *tokenizer) newNode(n node) int32 {
	t.nodes = append(t.nodes, n)
	return int32(len(t.nodes) - 1)
}

func (t *tokenizer) child(at int32, letter byte) int32 {
	for c := t.nodes[at].child; c != 0; c = t.nodes[c].sibling {
		if t.nodes[c].letter == letter {
			return c
		}
	}
	return 0
}

// step is the best way found to reach a place in the text: the sum of scores,
// the last piece and where it starts.
type step struct {
	score   float32
	id      int32
	from    int32
	reached bool
}

// encode returns the token ids of a text. Runs of unknown characters are one
// token.
func (t *tokenizer) encode(text string) []int {
	text = norm.NFKC.String(text)
	if text == "" {
		return nil
	}
	text = space + strings.ReplaceAll(text, " ", space)
	steps := make([]step, len(text)+1)
	steps[0].reached = true
	for i := 0; i < len(text); {
		_, size := utf8.DecodeRuneInString(text[i:])
		if !t.match(text, i, steps) {
			steps[i+size].improve(step{steps[i].score, unknown, int32(i), true})
		}
		i += size
	}
	return path(steps)
}

// match extends the best way to place i by every piece that starts there.
func (t *tokenizer) match(text string, i int, steps []step) (found bool) {
	at := t.first[text[i]]
	for j := i + 1; at != 0; j++ {
		if id := t.nodes[at].id; id != unknown {
			found = true
			steps[j].improve(step{steps[i].score + t.scores[id], id, int32(i), true})
		}
		if j == len(text) {
			break
		}
		at = t.child(at, text[j])
	}
	return found
}

// improve takes the new way when it is as good or better: among equals the
// one with the shorter last piece wins, as in the published tokenizer.
func (s *step) improve(to step) {
	if !s.reached || to.score >= s.score {
		*s = to
	}
}

// path walks back from the end and returns the pieces in reading order.
func path(steps []step) []int {
	var ids []int
	for at := len(steps) - 1; at > 0; at = int(steps[at].from) {
		id := int(steps[at].id)
		if id == unknown && len(ids) > 0 && ids[len(ids)-1] == unknown {
			continue
		}
		ids = append(ids, id)
	}
	for i, j := 0, len(ids)-1; i < j; i, j = i+1, j-1 {
		ids[i], ids[j] = ids[j], ids[i]
	}
	return ids
}
