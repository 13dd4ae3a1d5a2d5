package server

import (
	"context"
	"errors"
	"io"

	"github.com/dolthub/vitess/go/mysql"
	querypb "github.com/dolthub/vitess/go/vt/proto/query"
	"github.com/dolthub/vitess/go/vt/sqlparser"
)

// comPrepare is the command that prepares a statement. The protocol code reads
// the statement by itself, with the stock grammar, and refuses what that does
// not know before anybody else sees it. In place of such a statement the wire
// lets it read one that every grammar knows.
const comPrepare = 0x16

// standInText is what the protocol code reads in place of another statement.
const standInText = "SELECT 1"

// takePrepare reads COM_STMT_PREPARE and leaves in ahead what the protocol code
// is to read of it. A statement longer than one packet stays as it is.
func (w *wire) takePrepare(size int) error {
	if size >= maxPacket {
		return nil
	}
	w.inRest = 0
	packet := make([]byte, headerSize+size)
	if _, err := io.ReadFull(w.in, packet); err != nil {
		return err
	}
	w.ahead = packet
	if text := string(packet[headerSize+1:]); w.needsStandIn(text) {
		w.original = text
		w.ahead = append(appendHeader(nil, 1+len(standInText), packet[3]), comPrepare)
		w.ahead = append(w.ahead, standInText...)
	}
	return nil
}

// takeOriginal returns the statement that the one being prepared stands for,
// empty when it stands for itself.
func (w *wire) takeOriginal() string {
	text := w.original
	w.original = ""
	return text
}

// needsStandIn reports whether the stock grammar does not know a statement.
func (h *handler) needsStandIn(c *mysql.Conn, text string) bool {
	options, err := h.ParserOptionsForConnection(c)
	if err != nil {
		return false
	}
	_, err = sqlparser.ParseWithOptions(context.Background(), text, options)
	return err != nil && !errors.Is(err, sqlparser.ErrEmpty)
}

// prepareOriginal makes a prepared statement the one that it stands for.
func prepareOriginal(prepare *mysql.PrepareData, text string) {
	prepare.PrepareStmt = text
	takeParameters(prepare, countParameters(text))
}

// takeParameters says how many parameters a prepared statement has.
func takeParameters(prepare *mysql.PrepareData, count uint16) {
	if count > 0 {
		prepare.ParamsCount = count
		prepare.ParamsType = make([]int32, count)
		prepare.BindVars = make(map[string]*querypb.BindVariable, count)
	}
}

// countParameters counts the question marks that stand for values.
func countParameters(text string) uint16 {
	count := uint16(0)
	tokens := sqlparser.NewStringTokenizer(text)
	for {
		switch kind, _ := tokens.Scan(); kind {
		case 0, sqlparser.LEX_ERROR:
			return count
		case sqlparser.VALUE_ARG:
			count++
		}
	}
}
