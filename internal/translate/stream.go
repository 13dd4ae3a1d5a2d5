package translate

import (
	"context"
	"errors"
	"fmt"

	"airglow/internal/model"
	"airglow/internal/neutral"
)

// InvokeStream implements model.StreamProvider.
func (p *Provider) InvokeStream(ctx context.Context, req model.Request, emit func([]byte) error) (model.Response, error) {
	if err := ctx.Err(); err != nil {
		return model.Response{}, fmt.Errorf("call provider %s: %w", p.Name(), err)
	}
	q := new(question)
	err := p.read(req, q)
	switch {
	case err != nil:
		return model.Response{}, err
	case q.native:
		return p.pass(ctx, q, emit)
	case q.family.Embeds():
		return model.Response{}, refusal(fmt.Sprintf("model %q gives embeddings, which do not come as a stream", req.Model))
	}
	head := neutral.Result{ID: neutral.ID(req.Key(), q.chat.Model), Model: q.chat.Model}
	writer, err := q.family.StreamEncoder(head)
	if err != nil {
		return model.Response{}, err
	}
	s := &stream{emit: emit, writer: writer, mute: !q.family.ShowsReasoning(q.chat.Chat)}
	result, err := p.ask(ctx, q, s)
	if err != nil {
		return model.Response{}, err
	}
	q.count(&result)
	q.withhold(&result)
	response, err := q.answer(result)
	if err != nil {
		return model.Response{}, err
	}
	result.ID, result.Model = head.ID, head.Model
	return response, s.send(writer.End(result))
}

// ask has the backend answer into a stream, and gives what it answered as far as
// it was passed on.
func (p *Provider) ask(ctx context.Context, q *question, s *stream) (neutral.Result, error) {
	w := &watch{stops: q.chat.Stop, emit: s.piece}
	q.chat.Emit = w.piece
	result, err := p.chat(ctx, q.chat)
	if errors.Is(err, errStopped) {
		return w.all, nil // the server has not come to its counts
	}
	if err != nil {
		return neutral.Result{}, err
	}
	if !w.began && w.held == "" {
		cut(&result, q.chat.Stop)
		return result, s.whole(result)
	}
	return result, w.flush()
}

// stream writes pieces as the family's own events.
type stream struct {
	emit   func([]byte) error
	writer neutral.StreamEncoder
	// mute is true where the family shows no reasoning.
	mute bool
}

func (s *stream) piece(p neutral.Piece) error {
	if s.mute && (p.Reasoning != "" || p.Signature != "") {
		return nil
	}
	return s.send(s.writer.Piece(p))
}

func (s *stream) send(chunks [][]byte, err error) error {
	for _, chunk := range chunks {
		if err == nil {
			err = s.emit(chunk)
		}
	}
	if err != nil {
		return fmt.Errorf("pass an answer on: %w", err)
	}
	return nil
}

// whole writes an answer that came in one.
func (s *stream) whole(r neutral.Result) error {
	var pieces []neutral.Piece
	if r.Reasoning != "" {
		pieces = append(pieces, neutral.Piece{Reasoning: r.Reasoning})
	}
	if r.Signature != "" {
		pieces = append(pieces, neutral.Piece{Signature: r.Signature})
	}
	if r.Text != "" {
		pieces = append(pieces, neutral.Piece{Text: r.Text})
	}
	for i, use := range r.ToolUses {
		pieces = append(pieces, neutral.Piece{Tool: &neutral.ToolPiece{Index: i, ID: use.ID, Name: use.Name}},
			neutral.Piece{Tool: &neutral.ToolPiece{Index: i, Input: string(use.Input)}})
	}
	for _, p := range pieces {
		if err := s.piece(p); err != nil {
			return err
		}
	}
	return nil
}
