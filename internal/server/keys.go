package server

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// certificateYears is how long a certificate made here is valid.
const certificateYears = 10

// TLSConfig loads the certificate that New serves with the same options: that of
// the files, or, without them, the server's own, which is made when it is
// missing. Another listener can serve it as well.
func TLSConfig(opts Options) (*tls.Config, error) {
	return tlsConfig(keyDir(opts.Dir), opts.CertFile, opts.KeyFile)
}

// keyDir is where the server keeps its keys.
func keyDir(dir string) string { return filepath.Join(dir, "tls") }

// tlsConfig loads the given certificate, or the one of dir, which is made when
// it is missing.
func tlsConfig(dir, certFile, keyFile string) (*tls.Config, error) {
	if (certFile == "") != (keyFile == "") {
		return nil, errors.New("TLS needs a certificate and its key; only one of the two is given")
	}
	if certFile == "" {
		certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
		if err := ensureCertificate(certFile, keyFile); err != nil {
			return nil, fmt.Errorf("make a TLS certificate: %w", err)
		}
	}
	certificate, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		return nil, fmt.Errorf("load TLS certificate %s: %w", certFile, err)
	}
	return &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}, nil
}

// ensureCertificate makes a self-signed certificate for this machine. The key
// is written first: a certificate without key is made anew.
func ensureCertificate(certFile, keyFile string) error {
	_, certErr := os.Stat(certFile)
	_, keyErr := os.Stat(keyFile)
	if certErr == nil && keyErr == nil {
		return nil
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	certificate, err := selfSigned(key, time.Now())
	if err != nil {
		return err
	}
	if err := writeKey(keyFile, key); err != nil {
		return err
	}
	return writePEM(certFile, "CERTIFICATE", certificate)
}

func selfSigned(key *ecdsa.PrivateKey, now time.Time) ([]byte, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{CommonName: "Airglow"},
		NotBefore:             now.Add(-time.Hour),
		NotAfter:              now.AddDate(certificateYears, 0, 0),
		DNSNames:              []string{"localhost"},
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
	}
	return x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
}

// rsaKey encrypts passwords that clients send without TLS.
type rsaKey struct {
	private *rsa.PrivateKey
	// public is the public key in PEM.
	public []byte
}

// rsaBits is the size that MySQL gives its own key.
const rsaBits = 2048

// loadRSAKey loads the key of dir, which is made when it is missing. It is kept
// so that clients can be given a copy of the public half.
func loadRSAKey(dir string) (*rsaKey, error) {
	path := filepath.Join(dir, "password_key.pem")
	private, err := readRSAKey(path)
	if errors.Is(err, fs.ErrNotExist) {
		if private, err = rsa.GenerateKey(rand.Reader, rsaBits); err == nil {
			err = writeKey(path, private)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("password key %s: %w", path, err)
	}
	public, err := x509.MarshalPKIXPublicKey(&private.PublicKey)
	if err != nil {
		return nil, fmt.Errorf("password key %s: %w", path, err)
	}
	return &rsaKey{
		private: private,
		public:  pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}),
	}, nil
}

func readRSAKey(path string) (*rsa.PrivateKey, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("not a PEM file")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	private, ok := key.(*rsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("it holds a %T, not an RSA key", key)
	}
	return private, nil
}

func writeKey(path string, key crypto.Signer) error {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	return writePEM(path, "PRIVATE KEY", der)
}

// writePEM writes a file that only its owner can read, whole or not at all.
func writePEM(path, kind string, der []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	temporary := path + ".new"
	text := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
	if err := os.WriteFile(temporary, text, 0o600); err != nil {
		return err
	}
	return os.Rename(temporary, path)
}
