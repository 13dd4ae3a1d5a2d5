package dolt

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"

	vtlog "github.com/dolthub/vitess/go/vt/log"
	"github.com/sirupsen/logrus"
)

// demoted are the beginnings of messages that the engine logs as information,
// warnings or errors although they only repeat what a client was told.
var demoted = []string{
	"error running query",
	"unable to prepare query",
	"unable to process ComInitDB",
	"unable to register new authenticated connection",
	"kill query",
	"NewConnection",
	"ConnectionClosed",
	"Server ready",
	"Server closing listener",
}

// logHook hands the records of logrus to slog.
type logHook struct{ to *slog.Logger }

// Levels makes the hook see every record.
func (h logHook) Levels() []logrus.Level { return logrus.AllLevels }

// Fire hands one record on.
func (h logHook) Fire(e *logrus.Entry) error {
	level := levelOf(e.Level, e.Message)
	if !h.to.Enabled(context.Background(), level) {
		return nil
	}
	args := make([]any, 0, 2*len(e.Data))
	for name, value := range e.Data {
		args = append(args, name, value)
	}
	h.to.Log(context.Background(), level, e.Message, args...)
	return nil
}

func levelOf(level logrus.Level, message string) slog.Level {
	for _, prefix := range demoted {
		if strings.HasPrefix(message, prefix) {
			return slog.LevelDebug
		}
	}
	switch level {
	case logrus.PanicLevel, logrus.FatalLevel, logrus.ErrorLevel:
		return slog.LevelError
	case logrus.WarnLevel:
		return slog.LevelWarn
	case logrus.InfoLevel:
		return slog.LevelInfo
	default:
		return slog.LevelDebug
	}
}

// bridgeLogs sends to logger what the engine and Dolt log through logrus'
// standard logger, and what the protocol code logs through its own functions.
// The latter writes an error line for every client that goes away, so all of it
// is for debugging.
func bridgeLogs(logger *slog.Logger) {
	std := logrus.StandardLogger()
	std.SetOutput(io.Discard)
	std.SetFormatter(discardFormatter{})
	std.SetLevel(logrus.InfoLevel)
	if logger.Enabled(context.Background(), slog.LevelDebug) {
		std.SetLevel(logrus.DebugLevel)
	}
	std.ReplaceHooks(logrus.LevelHooks{})
	std.AddHook(logHook{to: logger})

	plain := func(args ...any) { logger.Debug("protocol: " + strings.TrimSpace(fmt.Sprint(args...))) }
	formatted := func(format string, args ...any) { logger.Debug("protocol: " + fmt.Sprintf(format, args...)) }
	vtlog.Info, vtlog.Warning, vtlog.Error = plain, plain, plain
	vtlog.Infof, vtlog.Warningf, vtlog.Errorf = formatted, formatted, formatted
}

// discardFormatter spares the work of formatting records for io.Discard.
type discardFormatter struct{}

// Format returns nothing.
func (discardFormatter) Format(*logrus.Entry) ([]byte, error) { return nil, nil }
