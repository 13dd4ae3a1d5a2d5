package bedrockapi

import (
	"errors"
	"net/http"
	"strings"

	"airglow/internal/accesskey"
	"airglow/internal/sigv4"
)

// caller is who sent a request.
type caller struct {
	key     accesskey.Key
	account accesskey.Account
	// region is what the request is signed for.
	region string
	// verify checks the body against the signature; nil when there is none.
	verify func(body []byte) error
}

// bearerRegion is what requests with a bearer key, which names none, are taken
// to be for.
const bearerRegion = "us-east-1"

// identify finds out who sent a request, by all but its body. An error is a
// *failure.
func (s *Server) identify(r *http.Request, op operation) (caller, error) {
	scheme, bearer, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if strings.EqualFold(scheme, "Bearer") {
		return s.identifyBearer(strings.TrimSpace(bearer))
	}
	auth, err := sigv4.Read(r, s.opts.Now())
	if err != nil {
		return caller{}, signatureFailure(err)
	}
	if want := signingName(op.service); auth.Service != want {
		return caller{}, refuse(http.StatusForbidden, "InvalidSignatureException", "Credential should be scoped to correct service: '"+want+"'.")
	}
	found, err := s.opts.Keys.Find(auth.KeyID)
	if err != nil || r.Header.Get("X-Amz-Security-Token") != "" { // keys of ours have no token
		return caller{}, unknownKey()
	}
	return caller{key: found.Key, account: found.Account, region: auth.Region, verify: func(body []byte) error {
		if err := auth.Verify(r, body, found.SecretKey); err != nil {
			return signatureFailure(err)
		}
		return nil
	}}, nil
}

func (s *Server) identifyBearer(bearer string) (caller, error) {
	id, ok := accesskey.BearerID(bearer)
	if !ok {
		return caller{}, unknownKey()
	}
	found, err := s.opts.Keys.Find(id)
	if err != nil || !found.MatchesBearer(bearer) {
		return caller{}, unknownKey()
	}
	return caller{key: found.Key, account: found.Account, region: bearerRegion}, nil
}

// authorize checks the body's signature, then that the account may log in and
// may use the operation's service. An error is a *failure.
func (s *Server) authorize(who caller, op operation, body []byte) error {
	if who.verify != nil {
		if err := who.verify(body); err != nil {
			return err
		}
	}
	if err := s.opts.Access.Admit(who.account); err != nil {
		s.opts.Logger.Debug("a key of an account that may not log in", "key", who.key.ID, "reason", err)
		return unknownKey()
	}
	if err := s.opts.Access.MayUse(who.account, op.service); err != nil {
		return refuse(http.StatusForbidden, "AccessDeniedException", err.Error())
	}
	return nil
}

// unknownKey is the same answer whatever is wrong with a key, as Amazon's.
func unknownKey() error {
	return refuse(http.StatusForbidden, "UnrecognizedClientException", "The security token included in the request is invalid.")
}

// signatureFailure is what the services say of a signature that does not hold.
func signatureFailure(err error) error {
	var fault *sigv4.Error
	if !errors.As(err, &fault) {
		return err
	}
	switch fault.Reason {
	case sigv4.Missing:
		return refuse(http.StatusForbidden, "MissingAuthenticationTokenException", fault.Message)
	case sigv4.Expired:
		return refuse(http.StatusBadRequest, "RequestExpired", fault.Message)
	case sigv4.Incomplete:
		return refuse(http.StatusForbidden, "IncompleteSignature", fault.Message)
	default: // Early, Mismatch
		return refuse(http.StatusForbidden, "InvalidSignatureException", fault.Message)
	}
}
