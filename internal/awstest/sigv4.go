package awstest

import (
	"errors"
	"net/http"
	"time"

	"airglow/internal/sigv4"
)

// caller is who signed a request, and for what.
type caller struct {
	id, roleARN     string
	region, service string
}

// refusals are the errors of Amazon's services for signatures that do not hold.
var refusals = map[sigv4.Reason]string{
	sigv4.Missing: "MissingAuthenticationTokenException", sigv4.Incomplete: "IncompleteSignatureException",
	sigv4.Expired: "InvalidSignatureException", sigv4.Early: "InvalidSignatureException", sigv4.Mismatch: "InvalidSignatureException",
}

// verify checks a request's signature and returns who made it, or the refusal
// that AWS would send.
func (k *keyring) verify(r *http.Request, body []byte, now time.Time) (caller, *Answer) {
	auth, err := sigv4.Read(r, now)
	if err != nil {
		return caller{}, refusal(err)
	}
	found, ok := k.find(auth.KeyID)
	if !ok || r.Header.Get("X-Amz-Security-Token") != found.token {
		return caller{}, refuse("UnrecognizedClientException", "The security token included in the request is invalid.")
	}
	if err := auth.Verify(r, body, found.secret); err != nil {
		return caller{}, refusal(err)
	}
	if !found.expires.IsZero() && now.After(found.expires) {
		return caller{}, refuse("ExpiredTokenException", "The security token included in the request is expired")
	}
	return caller{id: auth.KeyID, roleARN: found.roleARN, region: auth.Region, service: auth.Service}, nil
}

func refusal(err error) *Answer {
	var fault *sigv4.Error
	if errors.As(err, &fault) {
		return refuse(refusals[fault.Reason], fault.Message)
	}
	return refuse("InternalFailure", err.Error())
}

func refuse(code, message string) *Answer {
	answer := Failure(http.StatusForbidden, code, message)
	return &answer
}
