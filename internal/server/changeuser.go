package server

import (
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/dolthub/vitess/go/mysql"
)

// comChangeUser is the command by which a client becomes another user on the
// same connection, as pools do instead of connecting anew. The protocol code
// does not know it, so that the wire takes it out of what is read.
const comChangeUser = 0x11

// changeUserRequest is what a client sends of COM_CHANGE_USER. The answer to
// the challenge of the login that it holds is of no use: the server gives
// another challenge.
type changeUserRequest struct {
	user, database, plugin string
	charset                byte
}

var errChangeUser = errors.New("malformed COM_CHANGE_USER")

// parseChangeUser reads the command's payload. Older clients end after the
// database.
func parseChangeUser(payload []byte) (changeUserRequest, error) {
	var r changeUserRequest
	rest := payload[1:]
	var ok bool
	if r.user, rest, ok = cutZero(rest); !ok || len(rest) == 0 {
		return r, errChangeUser
	}
	size := int(rest[0])
	if len(rest) < 1+size {
		return r, errChangeUser
	}
	if r.database, rest, ok = cutZero(rest[1+size:]); !ok {
		return r, errChangeUser
	}
	if len(rest) >= 2 {
		r.charset = rest[0]
		r.plugin, _, _ = cutZero(rest[2:])
	}
	return r, nil
}

// cutZero cuts a text that ends in a zero byte off what begins with it.
func cutZero(b []byte) (text string, rest []byte, ok bool) {
	head, rest, ok := bytes.Cut(b, []byte{0})
	return string(head), rest, ok
}

// changeUser answers COM_CHANGE_USER. Like MySQL's server it closes the
// connection when that fails, by an error to whoever reads commands.
func (h *handler) changeUser(c *mysql.Conn, payload []byte) error {
	x := &exchange{wire: wireOf(c), next: 1}
	request, err := parseChangeUser(payload)
	if err != nil {
		return h.changeFailed(x, mysql.NewSQLError(1835, mysql.SSUnknownSQLState, "Malformed communication packet."))
	}
	who, err := h.auth.again(x, c, request)
	if err != nil {
		h.logger.Debug("change of user refused", "connection", c.ConnectionID, "user", request.user)
		return h.changeFailed(x, changeDenied(request.user, c, err))
	}
	err = h.do(context.Background(), statement{conn: c, run: func(context.Context) error {
		return h.become(c, request, who)
	}})
	if err != nil {
		return h.changeFailed(x, err)
	}
	h.logger.Debug("change of user", "connection", c.ConnectionID, "user", request.user)
	return x.send(okPacket(okReply{flags: c.StatusFlags}))
}

// become makes the session a new one, of another user.
func (h *handler) become(c *mysql.Conn, request changeUserRequest, who mysql.Getter) error {
	defer h.hooks.SessionReset(c.ConnectionID)
	if err := h.Handler.ComInitDB(c, ""); err != nil {
		return err
	}
	c.User, c.UserData = request.user, who
	if request.charset != 0 {
		c.CharacterSet = request.charset
	}
	if err := h.Handler.ComResetConnection(c); err != nil {
		return err
	}
	c.PrepareData = map[uint32]*mysql.PrepareData{}
	if request.database == "" {
		return nil
	}
	return h.Handler.ComInitDB(c, request.database)
}

func (h *handler) changeFailed(x *exchange, failure error) error {
	var refused *mysql.SQLError
	if errors.As(failure, &refused) {
		_ = x.send(errorPacket(refused))
	}
	return io.EOF
}

// changeDenied is MySQL's answer when who the client says to be is not so.
func changeDenied(user string, c *mysql.Conn, cause error) error {
	if isLocked(cause) {
		return cause
	}
	using := "YES"
	if errors.Is(cause, errNoPassword) {
		using = "NO"
	}
	return mysql.NewSQLError(1873, mysql.SSAccessDeniedError,
		"Access denied trying to change to user '%s'@'%s' (using password: %s). Disconnecting.", user, hostOf(c.RemoteAddr()), using)
}
