package clients

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// program finds an outside client. Where it is missing the test is skipped with
// the name of the Debian package that brings it, or fails where REQUIRE_CLIENTS
// is set.
func program(t testing.TB, name, fromPackage string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		missing(t, name, "apt-get install "+fromPackage)
	}
	return path
}

func missing(t testing.TB, what, install string) {
	t.Helper()
	if os.Getenv("REQUIRE_CLIENTS") == "1" {
		t.Fatalf("%s is missing, and REQUIRE_CLIENTS=1 wants it: %s", what, install)
	}
	t.Skipf("%s is missing: %s", what, install)
}

// pythonWithPyMySQL finds the interpreter that has the driver: the first one
// on the PATH may not be Debian's.
func pythonWithPyMySQL(t testing.TB) string {
	t.Helper()
	for _, name := range []string{"python3", "/usr/bin/python3"} {
		if exec.Command(name, "-c", "import pymysql, cryptography").Run() == nil {
			return name
		}
	}
	missing(t, "PyMySQL with cryptography", "apt-get install python3-pymysql python3-cryptography")
	return ""
}

// nodeWithMySQL2 finds Node, and makes sure that the driver is installed beside
// the programs.
func nodeWithMySQL2(t testing.TB) string {
	t.Helper()
	node := program(t, "node", "nodejs")
	if _, err := os.Stat(clientProgram("node", "node_modules/mysql2/package.json")); err != nil {
		missing(t, "mysql2", "npm ci --prefix test/clients/node")
	}
	return node
}

// nodeWithBedrock finds Node, and makes sure that AWS's client is installed beside
// the programs.
func nodeWithBedrock(t testing.TB) string {
	t.Helper()
	node := program(t, "node", "nodejs")
	if _, err := os.Stat(clientProgram("node", "node_modules/@aws-sdk/client-bedrock-runtime/package.json")); err != nil {
		missing(t, "AWS's client for JavaScript", "npm ci --prefix test/clients/node")
	}
	return node
}

// pythonsWithBoto3 finds the interpreters with a boto3: the first on the PATH and
// Debian's own may be two.
func pythonsWithBoto3(t testing.TB) (found []string) {
	t.Helper()
	for _, name := range []string{"python3", "/usr/bin/python3"} {
		// What stands on the PATH may lead to it by settings of the user's, which the
		// tests leave out.
		path, err := exec.Command(name, "-c", "import sys, boto3; print(sys.executable)").Output()
		if at := strings.TrimSpace(string(path)); err == nil && !slices.Contains(found, at) {
			found = append(found, at)
		}
	}
	if found == nil {
		missing(t, "boto3", "apt-get install python3-boto3")
	}
	return found
}

// bedrockModels makes a directory of service models for a boto3 that is older than
// Bedrock, Debian's among them; for a newer one it stays empty.
func bedrockModels(t testing.TB, python string) (dir string) {
	t.Helper()
	dir = newDir(t)
	if exec.Command(python, "-c", "import boto3; boto3.client('bedrock-runtime', region_name='x').converse_stream").Run() == nil {
		return dir
	}
	for service, version := range map[string]string{"bedrock": "2023-04-20", "bedrock-runtime": "2023-09-30"} {
		text, err := os.ReadFile(clientProgram("aws", service+".json"))
		if err != nil {
			t.Fatal(err)
		}
		at := filepath.Join(dir, service, version)
		if err := errors.Join(os.MkdirAll(at, 0o700), os.WriteFile(filepath.Join(at, "service-2.json"), text, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// clientProgram is the path of a file under test/clients.
func clientProgram(parts ...string) string {
	path, err := filepath.Abs(filepath.Join(append([]string{"..", "..", "test", "clients"}, parts...)...))
	if err != nil {
		panic(err) // only without a working directory
	}
	return path
}
