package awstest

import (
	"encoding/binary"
	"hash/crc32"
	"net/http"
)

// Chunks is a successful stream: one event for each chunk of the model's JSON.
func Chunks(chunks ...string) Answer {
	a := Answer{Header: http.Header{
		"Content-Type":                {"application/vnd.amazon.eventstream"},
		"X-Amzn-Bedrock-Content-Type": {"application/json"},
	}}
	for _, chunk := range chunks {
		a.Body = append(a.Body, frame(mustJSON(map[string][]byte{"bytes": []byte(chunk)}),
			":event-type", "chunk", ":content-type", "application/json", ":message-type", "event")...)
	}
	return a
}

// ThenException returns a stream with an exception after its chunks, such as
// "throttlingException".
func (a Answer) ThenException(kind, message string) Answer {
	a.Body = append(a.Body[:len(a.Body):len(a.Body)], frame(mustJSON(map[string]string{"message": message}),
		":exception-type", kind, ":content-type", "application/json", ":message-type", "exception")...)
	return a
}

// frame writes an event: lengths, their checksum, headers of strings, the payload
// and the checksum of all.
func frame(payload []byte, headers ...string) []byte {
	var h []byte
	for i := 0; i < len(headers); i += 2 {
		name, value := headers[i], headers[i+1]
		h = append(append(h, byte(len(name))), name...)
		h = append(h, 7) // a string
		h = append(binary.BigEndian.AppendUint16(h, uint16(len(value))), value...)
	}
	const around = 16 // the lengths and the two checksums
	f := binary.BigEndian.AppendUint32(nil, uint32(around+len(h)+len(payload)))
	f = binary.BigEndian.AppendUint32(f, uint32(len(h)))
	f = binary.BigEndian.AppendUint32(f, crc32.ChecksumIEEE(f))
	f = append(append(f, h...), payload...)
	return binary.BigEndian.AppendUint32(f, crc32.ChecksumIEEE(f))
}
