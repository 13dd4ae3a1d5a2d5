package clients

import (
	"os"
	"os/exec"
	"path/filepath"
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

// pythonWithBoto3 finds an interpreter whose boto3 knows Bedrock. Debian's is too
// old for that, so that the test is skipped where there is no other.
func pythonWithBoto3(t testing.TB) string {
	t.Helper()
	name, err := exec.LookPath("python3")
	if err == nil {
		// What stands on the PATH may lead to it by settings of the user's, which the
		// tests leave out.
		var path []byte
		path, err = exec.Command(name, "-c", "import sys, boto3; boto3.client('bedrock-runtime', region_name='x').converse_stream; print(sys.executable)").Output()
		name = strings.TrimSpace(string(path))
	}
	if err != nil {
		t.Skip("a boto3 that knows Bedrock is missing: pip install boto3")
	}
	return name
}

// clientProgram is the path of a file under test/clients.
func clientProgram(parts ...string) string {
	path, err := filepath.Abs(filepath.Join(append([]string{"..", "..", "test", "clients"}, parts...)...))
	if err != nil {
		panic(err) // only without a working directory
	}
	return path
}
