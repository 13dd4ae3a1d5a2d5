package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"airglow/internal/app"
	"airglow/internal/config"
	"airglow/internal/ledger"
)

// ledgerSyntax is how `airglow ledger` is called.
var ledgerSyntax = syntax{
	name: "ledger", arguments: "export|import [options] FILE",
	summary: `Moves recorded answers between data directories, one answer a line of JSON.

  export   writes the answers of a recording to FILE, or with --since or nothing
           those of the ledger, of several to one request the newest
  import   puts the answers of FILE into a recording, "default" where none is named

FILE is - for the standard output or input. No server may have the data directory
open. FILE holds what was asked and answered in full: keep it as you keep the data.
docs/recordings.md describes it.`,
}

// runLedger moves recorded answers.
func runLedger(t terminal, args []string) int {
	how := ledgerSyntax
	verb := ""
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		verb, args = args[0], args[1:]
	}
	flags := how.flags()
	m := move{terminal: t}
	flags.StringVar(&m.recording, "recording", "", "`name` of the recording")
	flags.StringVar(&m.since, "since", "", "export what was answered since then: a `time` such as 2026-11-20 or 2026-11-20T12:00:00Z, or so long ago, such as 36h")
	args, m.file = withoutLast(args)
	var err error
	if m.config, err = config.Load(flags, args, t.lookupEnv); err == nil {
		err = m.check(verb)
	}
	if err != nil {
		return how.misused(t, flags, err)
	}
	run := m.export
	if verb == "import" {
		run = m.load
	}
	if err := run(); err != nil {
		return failed(t, "ledger "+verb, err)
	}
	return exitOK
}

// withoutLast takes the file, which comes last, off the arguments.
func withoutLast(args []string) (rest []string, file string) {
	if n := len(args); n > 0 && (args[n-1] == "-" || !strings.HasPrefix(args[n-1], "-")) {
		return args[:n-1], args[n-1]
	}
	return args, ""
}

// move is an export or import.
type move struct {
	terminal
	config                 *config.Config
	recording, since, file string
	from                   time.Time
}

func (m *move) check(verb string) error {
	switch {
	case verb != "export" && verb != "import":
		return errors.New("say what to do: export or import")
	case m.file == "":
		return errors.New("FILE is missing; - is the standard output or input")
	case verb == "import" && m.since != "":
		return errors.New("--since is for export")
	case m.recording != "" && m.since != "":
		return errors.New("--recording and --since exclude each other")
	case m.since == "":
		return nil
	}
	var err error
	m.from, err = parseSince(m.since, time.Now())
	return err
}

// parseSince reads a time, or a duration before now.
func parseSince(text string, now time.Time) (time.Time, error) {
	if ago, err := time.ParseDuration(text); err == nil && ago > 0 {
		return now.Add(-ago), nil
	}
	for _, form := range []string{time.DateOnly, time.DateTime, time.RFC3339} {
		if at, err := time.Parse(form, text); err == nil {
			return at, nil
		}
	}
	return time.Time{}, fmt.Errorf("--since: %q is neither a time such as 2026-11-20 or 2026-11-20T12:00:00Z nor a duration such as 36h", text)
}

// export writes the file. One that is begun and cannot be finished is removed.
func (m *move) export() error {
	if m.file == "-" {
		done, err := app.ExportAnswers(m.config, app.Export{Recording: m.recording, Since: m.from}, m.out)
		return errors.Join(err, m.report(done, err))
	}
	part, err := os.CreateTemp(filepath.Dir(m.file), ".airglow-export-*") // for this user alone
	if err != nil {
		return err
	}
	done, err := app.ExportAnswers(m.config, app.Export{Recording: m.recording, Since: m.from}, part)
	if err = errors.Join(err, part.Close()); err == nil {
		err = os.Rename(part.Name(), m.file)
	}
	if err != nil {
		return errors.Join(err, os.Remove(part.Name()))
	}
	return m.report(done, nil)
}

// report says what was exported, where people see it and programs do not read it.
func (m *move) report(done app.Exported, err error) error {
	if err != nil {
		return nil
	}
	_, err = fmt.Fprintf(m.err, "%d answers exported\n", done.Answers)
	if done.Unreadable > 0 && err == nil {
		_, err = fmt.Fprintf(m.err, "%d answers left out: their requests and answers are not kept, or were written with another ledger.secret-file\n", done.Unreadable)
	}
	return err
}

func (m *move) load() error {
	in := m.in
	if m.file != "-" {
		file, err := os.Open(m.file)
		if err != nil {
			return err
		}
		defer func() { _ = file.Close() }() // was only read
		in = io.Reader(file)
	}
	name := cmp.Or(m.recording, ledger.DefaultRecording)
	n, err := app.ImportAnswers(m.config, name, in)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(m.err, "%d answers imported into recording '%s'\n", n, name)
	return err
}
