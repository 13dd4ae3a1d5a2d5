package dialect

import (
	"slices"
	"strings"
)

// closedVendors are those of Bedrock whose models that are no family's are no
// chats, or chats of another form.
var closedVendors = []string{"amazon", "anthropic", "meta", "mistral", "cohere", "ai21", "deepseek", "openai", "google", "stability", "twelvelabs", "luma"}

// notChats are words in the names of models of another kind.
var notChats = []string{"embed", "rerank", "image", "video", "audio", "speech", "whisper", "tts", "ocr"}

// looksLikeChat reports whether an id without region is that of a vendor nobody
// here knows, such as "local.qwen3-4b-v1:0", and may be a chat's.
func looksLikeChat(base string) bool {
	vendor, name, _ := strings.Cut(base, ".")
	if !namesVendor(base) || slices.Contains(closedVendors, vendor) {
		return false
	}
	inner, _, dotted := strings.Cut(name, ".")
	if dotted && slices.Contains(closedVendors, inner) {
		return false // a known vendor's behind a region that is none
	}
	return !slices.ContainsFunc(notChats, func(word string) bool { return strings.Contains(name, word) })
}

// namesVendor reports whether an id is one of Bedrock's, "vendor.model…", which
// tells the family.
func namesVendor(id string) bool {
	vendor, name, ok := strings.Cut(id, ".")
	return ok && vendor != "" && strings.Trim(vendor, "abcdefghijklmnopqrstuvwxyz0123456789-") == "" &&
		name != "" && name[0] >= 'a' && name[0] <= 'z'
}
