package sqlclient

import (
	"database/sql/driver"
	"errors"
	"flag"
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/go-sql-driver/mysql"
)

// Server says how to reach a server, and as whom. The zero value is root on
// this machine's port 3306.
type Server struct {
	// Host and Port are the server's; empty is 127.0.0.1 and zero 3306.
	Host string
	Port int
	// Socket is the path of a Unix socket, used in place of Host and Port.
	Socket string
	// User is the account's name; empty is root.
	User     string
	Password string
	// Database is the one to begin in; may be empty.
	Database string
	// TLS is preferred (empty too), skip-verify, verify or off.
	TLS string
}

// connectTimeout bounds the connection's first steps.
const connectTimeout = 10 * time.Second

// AddFlags adds a flag for each field.
func (s *Server) AddFlags(flags *flag.FlagSet) {
	flags.StringVar(&s.Host, "host", "127.0.0.1", "the server's host")
	flags.IntVar(&s.Port, "port", 3306, "the server's port")
	flags.StringVar(&s.Socket, "socket", "", "path of the server's Unix socket, in place of host and port")
	flags.StringVar(&s.User, "user", "root", "account")
	flags.StringVar(&s.Password, "password", "", "the account's password; other users of the machine see it, so prefer AIRGLOW_PASSWORD or MYSQL_PWD")
	flags.StringVar(&s.Database, "database", "", "database to begin in")
	flags.StringVar(&s.TLS, "tls", "preferred", "preferred, skip-verify, verify or off")
}

// UsePasswordFrom takes the password from AIRGLOW_PASSWORD or MYSQL_PWD when no
// flag gave one.
func (s *Server) UsePasswordFrom(lookupEnv func(string) (string, bool)) {
	for _, name := range []string{"AIRGLOW_PASSWORD", "MYSQL_PWD"} {
		if s.Password == "" {
			s.Password, _ = lookupEnv(name)
		}
	}
}

// Connector returns what database/sql opens connections with. It connects to
// nothing yet.
func (s Server) Connector() (driver.Connector, error) {
	config, err := s.driverConfig()
	if err != nil {
		return nil, err
	}
	return mysql.NewConnector(config)
}

// Explain adds to a failed connection's error where it was going; what the
// server itself said stays as it is.
func (s Server) Explain(err error) error {
	var refused *mysql.MySQLError
	if errors.As(err, &refused) {
		return fmt.Errorf("%d (%s): %s", refused.Number, refused.SQLState[:], refused.Message)
	}
	return fmt.Errorf("2003 (HY000): cannot connect to the server at %s: %w", s.address(), err)
}

func (s Server) driverConfig() (*mysql.Config, error) {
	c := mysql.NewConfig()
	c.User, c.Passwd, c.DBName = s.User, s.Password, s.Database
	if c.User == "" {
		c.User = "root"
	}
	c.Net, c.Addr = "tcp", s.address()
	if s.Socket != "" {
		c.Net = "unix"
	}
	c.Timeout = connectTimeout
	c.Logger = &mysql.NopLogger{} // failures are reported once, by us
	var err error
	c.TLSConfig, err = s.tlsConfig()
	return c, err
}

func (s Server) tlsConfig() (string, error) {
	switch s.TLS {
	case "", "preferred":
		if s.Socket != "" {
			return "false", nil // nobody listens in on a socket
		}
		return "preferred", nil
	case "skip-verify":
		return "skip-verify", nil
	case "verify":
		return "true", nil
	case "off":
		return "false", nil
	}
	return "", fmt.Errorf("--tls %q is not one of preferred, skip-verify, verify, off", s.TLS)
}

func (s Server) address() string {
	if s.Socket != "" {
		return s.Socket
	}
	host, port := s.Host, s.Port
	if host == "" {
		host = "127.0.0.1"
	}
	if port == 0 {
		port = 3306
	}
	return net.JoinHostPort(host, strconv.Itoa(port))
}
