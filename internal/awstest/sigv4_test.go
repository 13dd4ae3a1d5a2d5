package awstest

import "testing"

func FuzzAuthorization(f *testing.F) {
	f.Add("AWS4-HMAC-SHA256 Credential=AKIA/20261015/us-east-1/bedrock/aws4_request, SignedHeaders=host;x-amz-date, Signature=00ff")
	f.Add("AWS4-HMAC-SHA256 ,,=,Credential=////,Signature=")
	f.Add("Bearer x")
	f.Fuzz(func(t *testing.T, header string) {
		auth, ok := parseAuthorization(header)
		if ok && (auth.signature == "" || len(auth.signed) == 0) {
			t.Errorf("%q passes as %+v", header, auth)
		}
	})
}
