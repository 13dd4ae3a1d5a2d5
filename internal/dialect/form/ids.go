package form

import (
	"crypto/sha256"
	"fmt"
	"strings"
)

// BaseID strips what Bedrock allows around a foundation model's id: the ARN
// before it and the prefix of a cross-region inference profile.
func BaseID(id string) string {
	if strings.HasPrefix(id, "arn:") {
		id = id[strings.LastIndexByte(id, '/')+1:]
	}
	for _, region := range []string{"us", "us-gov", "eu", "apac", "global", "jp", "au", "ca"} {
		if rest, ok := strings.CutPrefix(id, region+"."); ok {
			return rest
		}
	}
	return id
}

// CohereID is an answer's id as Cohere writes them: itself if it looks like a
// UUID, else a UUID made of it, so that equal answers have equal bytes.
func CohereID(id string) string {
	if len(id) == 36 && strings.Count(id, "-") == 4 && strings.Trim(id, "0123456789abcdef-") == "" {
		return id
	}
	sum := sha256.Sum256([]byte(id))
	sum[6], sum[8] = sum[6]&0x0f|0x80, sum[8]&0x3f|0x80 // version 8, of one's own making
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}
