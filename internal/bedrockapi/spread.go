package bedrockapi

import (
	"airglow/internal/dialect"
	"airglow/internal/neutral"
)

// spread makes the stream of an answer that came whole, as its family would have
// written it. An error says that the family's streams, or the answer, are not
// known.
func spread(family dialect.Family, body []byte) ([][]byte, error) {
	result, err := family.DecodeResult(body)
	if err != nil {
		return nil, err
	}
	writer, err := family.StreamEncoder(result)
	if err != nil {
		return nil, err
	}
	var chunks [][]byte
	for _, p := range piecesOf(result) {
		written, err := writer.Piece(p)
		if err != nil {
			return nil, err
		}
		chunks = append(chunks, written...)
	}
	last, err := writer.End(result)
	return append(chunks, last...), err
}

// piecesOf are the parts of an answer in the order in which models write them.
func piecesOf(r neutral.Result) []neutral.Piece {
	var pieces []neutral.Piece
	if r.Reasoning != "" {
		pieces = append(pieces, neutral.Piece{Reasoning: r.Reasoning})
	}
	if r.Text != "" {
		pieces = append(pieces, neutral.Piece{Text: r.Text})
	}
	for i, use := range r.ToolUses {
		pieces = append(pieces,
			neutral.Piece{Tool: &neutral.ToolPiece{Index: i, ID: use.ID, Name: use.Name}},
			neutral.Piece{Tool: &neutral.ToolPiece{Index: i, Input: string(use.Input)}})
	}
	return pieces
}
