// Package compat compares this server with another of MySQL's family: it runs
// the same scenarios on both and compares what comes back.
//
// The tour: Read (this file) reads scenario files, run.go runs a scenario and
// writes down what happened, mariadb.go runs a MariaDB server in a directory of
// its own, random.go writes random procedures. The tests run the files in
// testdata, whose expected outcomes were written by MariaDB; with -mariadb they
// run MariaDB as well and check that it still says so, and compare random
// procedures. differences.go has where the two differ, and why.
package compat

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Scenario is a list of statements that are run one after the other on a
// connection of their own, in a database of their own.
type Scenario struct {
	// File and Name say where it stands.
	File, Name string
	Statements []string
}

// header begins the line before each scenario.
const header = "-- scenario: "

// terminator ends a statement, at the end of a line.
const terminator = "//"

// Read reads the scenarios of a file. Each begins with a line of its name; its
// statements end with "//" at the end of a line.
func Read(file string) ([]Scenario, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var list []Scenario
	for _, part := range strings.Split("\n"+string(text), "\n"+header)[1:] {
		name, body, _ := strings.Cut(part, "\n")
		s := Scenario{File: filepath.Base(file), Name: strings.TrimSpace(name)}
		for _, statement := range strings.Split(body+"\n", terminator+"\n") {
			if statement = strings.TrimSpace(statement); statement != "" {
				s.Statements = append(s.Statements, statement)
			}
		}
		if len(s.Statements) == 0 {
			return nil, fmt.Errorf("%s: scenario %q is empty", file, s.Name)
		}
		list = append(list, s)
	}
	return list, nil
}
