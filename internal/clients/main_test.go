package clients

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// update rewrites the golden files from what the server says now.
var update = flag.Bool("update", false, "rewrite the golden files in testdata")

// binary is the path of the server under test. TestMain sets it once.
var binary string

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(run(m))
}

// run exists so that the temporary directory goes before the process ends.
func run(m *testing.M) int {
	if testing.Short() {
		fmt.Println("skipped: these tests start the built server; run without -short")
		return 0
	}
	if binary = os.Getenv("AIRGLOW_BINARY"); binary != "" {
		return m.Run()
	}
	dir, err := os.MkdirTemp("", "airglow-clients-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "airglow")
	build := exec.Command("go", "build", "-tags", "gms_pure_go", "-o", binary, "airglow/cmd/airglow")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "build the server:", err)
		return 1
	}
	return m.Run()
}
