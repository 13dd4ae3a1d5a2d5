package compat

import (
	"context"
	"flag"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"airglow/internal/app"
	"airglow/internal/config"
)

var (
	withMariaDB = flag.Bool("mariadb", false, "run MariaDB too, and compare with it")
	update      = flag.Bool("update", false, "write MariaDB's outcomes into testdata; needs -mariadb")
	mariadbAddr = flag.String("mariadb-addr", "", "a MariaDB server that runs already, in place of one of the test's own")
	airglowAddr = flag.String("airglow-addr", "", "an Airglow server that runs already, in place of one of the test's own")
)

// airglow returns the address of a server that runs until the tests end. A
// process has one only.
var airglow = sync.OnceValues(func() (string, error) {
	if *airglowAddr != "" {
		return *airglowAddr, nil
	}
	dir, err := os.MkdirTemp("", "compat")
	if err != nil {
		return "", err
	}
	c, err := config.Load(flag.NewFlagSet("airglow", flag.ContinueOnError),
		[]string{"--data", filepath.Join(dir, "data"), "--listen", "127.0.0.1:0"}, func(string) (string, bool) { return "", false })
	if err != nil {
		return "", err
	}
	a, err := app.New(context.Background(), app.Options{Config: c, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		return "", err
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- a.Run(ctx) }()
	atEnd = append(atEnd, func() { stop(); <-ended; os.RemoveAll(dir) })
	return a.Addr().String(), nil
})

// mariadb returns the address of MariaDB.
var mariadb = sync.OnceValues(func() (string, error) {
	if *mariadbAddr != "" {
		return *mariadbAddr, nil
	}
	dir, err := os.MkdirTemp("", "mariadb")
	if err != nil {
		return "", err
	}
	m, err := StartMariaDB(dir)
	if err != nil {
		return "", err
	}
	atEnd = append(atEnd, func() { m.Stop(); os.RemoveAll(dir) })
	return m.Addr, nil
})

// atEnd is what stops the servers.
var atEnd []func()

func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	for _, stop := range atEnd {
		stop()
	}
	os.Exit(code)
}

func scenarios(t *testing.T, file string) []Scenario {
	t.Helper()
	list, err := Read(file)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func files(t *testing.T) []string {
	t.Helper()
	list, err := filepath.Glob("testdata/*.sql")
	if err != nil || len(list) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	return list
}

func expectedFile(file string) string { return strings.TrimSuffix(file, ".sql") + ".expected" }

// expected reads the outcomes of a file's scenarios, by name.
func expected(t *testing.T, file string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(expectedFile(file))
	if err != nil {
		t.Fatal(err)
	}
	outcomes := map[string]string{}
	for _, part := range strings.Split("\n"+string(text), "\n"+header)[1:] {
		name, outcome, _ := strings.Cut(part, "\n")
		outcomes[name] = strings.TrimRight(outcome, "\n") + "\n"
	}
	return outcomes
}

func run(t *testing.T, addr func() (string, error), s Scenario) string {
	t.Helper()
	at, err := addr()
	if err != nil {
		t.Fatal(err)
	}
	out, err := Run(at, s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestAirglow(t *testing.T) {
	for _, file := range files(t) {
		want := expected(t, file)
		for _, s := range scenarios(t, file) {
			t.Run(s.File+"/"+s.Name, func(t *testing.T) {
				got := run(t, airglow, s)
				why, differs := Differences[s.Name]
				switch {
				case differs && got == want[s.Name]:
					t.Errorf("is listed as a difference (%s), and is none any more", why)
				case !differs && got != want[s.Name]:
					t.Errorf("got\n%s\nMariaDB says\n%s", got, want[s.Name])
				}
			})
		}
	}
}

func TestMariaDB(t *testing.T) {
	if !*withMariaDB {
		t.Skip("compares with MariaDB under -mariadb only")
	}
	for _, file := range files(t) {
		if *update {
			write(t, file)
			continue
		}
		want := expected(t, file)
		for _, s := range scenarios(t, file) {
			t.Run(s.File+"/"+s.Name, func(t *testing.T) {
				if got := run(t, mariadb, s); got != want[s.Name] {
					t.Errorf("got\n%s\nwant\n%s", got, want[s.Name])
				}
			})
		}
	}
}

func write(t *testing.T, file string) {
	t.Helper()
	var out strings.Builder
	for _, s := range scenarios(t, file) {
		out.WriteString(header + s.Name + "\n" + run(t, mariadb, s) + "\n")
	}
	if err := os.WriteFile(expectedFile(file), []byte(out.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestDifferencesAreScenarios(t *testing.T) {
	names := map[string]bool{}
	for _, file := range files(t) {
		for _, s := range scenarios(t, file) {
			if names[s.Name] {
				t.Errorf("two scenarios are named %q", s.Name)
			}
			names[s.Name] = true
		}
	}
	for name := range Differences {
		if !names[name] {
			t.Errorf("no scenario is named %q", name)
		}
	}
}
