package server

import (
	"encoding/binary"

	"github.com/dolthub/go-mysql-server/sql"
	"github.com/dolthub/go-mysql-server/sql/types"
	"github.com/dolthub/vitess/go/mysql"
	"github.com/dolthub/vitess/go/sqltypes"

	gmsserver "github.com/dolthub/go-mysql-server/server"
)

// resultSets writes the result sets of a CALL before the reply to it. The
// protocol code writes one result to a statement, so these go past it, and the
// numbers of its packets follow on.
type resultSets struct {
	conn *mysql.Conn
	// binary is true for a prepared statement.
	binary bool
}

// Send implements procedure.Results.
func (r *resultSets) Send(ctx *sql.Context, schema sql.Schema, rows []sql.Row) error {
	if err := r.conn.FlushBuffer(); err != nil {
		return err
	}
	out := &packets{wire: wireOf(r.conn)}
	out.begin()
	out.write(appendLength(nil, uint64(len(schema))))
	for _, column := range schema {
		out.write(columnPacket(ctx, column))
	}
	if !r.shortEnd() {
		out.write(r.end(ctx))
	}
	for _, row := range rows {
		payload, err := r.rowPacket(ctx, schema, row)
		if err != nil {
			return err
		}
		out.write(payload)
	}
	out.write(r.end(ctx))
	return out.finish()
}

// shortEnd reports whether the client takes an OK packet for the end of rows,
// and then none between columns and rows.
func (r *resultSets) shortEnd() bool {
	return r.conn.Capabilities&mysql.CapabilityClientDeprecateEOF != 0
}

// end is the packet after the rows: more results follow.
func (r *resultSets) end(ctx *sql.Context) []byte {
	flags, warnings := r.conn.StatusFlags|mysql.ServerMoreResultsExists, ctx.Session.WarningCount()
	if r.shortEnd() {
		payload := okPacket(okReply{flags: flags, warnings: warnings})
		payload[0] = mysql.EOFPacket
		return payload[:len(payload)-1] // no text, and no length of it
	}
	payload := binary.LittleEndian.AppendUint16([]byte{mysql.EOFPacket}, warnings)
	return binary.LittleEndian.AppendUint16(payload, flags)
}

// columnPacket describes a column.
func columnPacket(ctx *sql.Context, c *sql.Column) []byte {
	var p []byte
	for _, text := range []string{"def", c.DatabaseSource, c.Source, c.Source, c.Name, c.Name} {
		p = append(appendLength(p, uint64(len(text))), text...)
	}
	typ, flags := sqltypes.TypeToMySQL(c.Type.Type())
	p = append(p, 0x0c) // the length of what follows
	p = binary.LittleEndian.AppendUint16(p, uint16(charset(ctx, c.Type)))
	p = binary.LittleEndian.AppendUint32(p, c.Type.MaxTextResponseByteLength(ctx))
	p = append(p, byte(typ))
	p = binary.LittleEndian.AppendUint16(p, uint16(flags)|columnFlags(c))
	return append(p, decimals(c.Type), 0, 0)
}

// charset is the character set in which a column's values are sent.
func charset(ctx *sql.Context, t sql.Type) uint32 {
	if types.IsBinaryType(t) {
		return uint32(sql.Collation_binary)
	}
	if results := ctx.GetCharacterSetResults(); results != sql.CharacterSet_Unspecified {
		return uint32(results)
	}
	if collated, ok := t.(sql.TypeWithCollation); ok {
		return uint32(collated.Collation().CharacterSet())
	}
	return uint32(sql.Collation_Default.CharacterSet())
}

// The flags of columns that the type alone does not tell.
const (
	notNullFlag       = 1
	primaryKeyFlag    = 2
	unsignedFlag      = 32
	autoIncrementFlag = 512
)

func columnFlags(c *sql.Column) (flags uint16) {
	for flag, set := range map[uint16]bool{
		notNullFlag: !c.Nullable, primaryKeyFlag: c.PrimaryKey,
		unsignedFlag: types.IsUnsigned(c.Type), autoIncrementFlag: c.AutoIncrement,
	} {
		if set {
			flags |= flag
		}
	}
	return flags
}

func decimals(t sql.Type) byte {
	switch t := t.(type) {
	case sql.DecimalType:
		return t.Scale()
	case sql.DatetimeType:
		return byte(t.Precision())
	}
	return 0
}

// rowPacket is a row in the form of the statement's protocol.
func (r *resultSets) rowPacket(ctx *sql.Context, schema sql.Schema, row sql.Row) ([]byte, error) {
	values, err := gmsserver.RowToSQL(ctx, schema, row, nil, nil)
	if err != nil {
		return nil, err
	}
	if r.binary {
		return binaryRow(values)
	}
	var p []byte
	for _, v := range values {
		if v.IsNull() {
			p = append(p, mysql.NullValue)
			continue
		}
		p = append(appendLength(p, uint64(len(v.Raw()))), v.Raw()...)
	}
	return p, nil
}
