// Package clients tests the server from outside, as its users meet it: the
// built binary is started as a process, and the MariaDB command-line client,
// mariadb-dump, PyMySQL, Node's mysql2, Go's driver and AWS's clients talk to it over its
// socket and its port. Nothing of the engine is imported; what cannot be seen
// through a connection, a file or an exit code is not tested here.
//
// Begin with server_test.go: it starts, stops and kills servers. main_test.go
// builds the binary, or takes the one that AIRGLOW_BINARY names; tools_test.go
// finds the outside clients and says which package brings a missing one, gap_test.go
// is for behaviour that is known to be wrong. Each other file holds the tests
// of one client or of one property of the process: mariadb_test.go,
// dump_test.go, pymysql_test.go, mysql2_test.go, driver_test.go;
// process_test.go, drain_test.go, crash_test.go, network_test.go,
// commands_test.go; aws_test.go with awserror_test.go, in which the models
// are called on a loopback AWS; and endpoint_test.go, in which AWS's own clients
// take the server for AWS.
//
// A test whose client is missing is skipped; with REQUIRE_CLIENTS=1 it fails.
// The programs that the Python and Node tests run are in test/clients.
package clients
