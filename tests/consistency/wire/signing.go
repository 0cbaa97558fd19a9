package wire

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"
)

// The development profile's own credential.
const (
	accessKey = "test"
	secretKey = "test"
	region    = "us-east-1"
	service   = "secretsmanager"
	host      = "localhost"
)

const signedHeaders = "content-type;host;x-amz-date;x-amz-target"

// signer makes the bytes of signed requests (AWS Signature Version 4). It belongs to one goroutine.
type signer struct {
	day string
	key []byte
}

func keyedHash(key []byte, text string) []byte {
	hash := hmac.New(sha256.New, key)
	hash.Write([]byte(text))
	return hash.Sum(nil)
}

func hexHash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// keyFor answers the signing key of a day, which is the same for all requests of that day.
func (s *signer) keyFor(day string) []byte {
	if s.day != day {
		s.day = day
		s.key = []byte("AWS4" + secretKey)
		for _, part := range []string{day, region, service, "aws4_request"} {
			s.key = keyedHash(s.key, part)
		}
	}
	return s.key
}

func (s *signer) request(operation string, body []byte, now time.Time) []byte {
	const contentType = "application/x-amz-json-1.1"
	date := now.UTC().Format("20060102T150405Z")
	target := service + "." + operation
	canonical := "POST\n/\n\ncontent-type:" + contentType + "\nhost:" + host + "\nx-amz-date:" + date +
		"\nx-amz-target:" + target + "\n\n" + signedHeaders + "\n" + hexHash(body)
	scope := date[:8] + "/" + region + "/" + service + "/aws4_request"
	toSign := "AWS4-HMAC-SHA256\n" + date + "\n" + scope + "\n" + hexHash([]byte(canonical))
	signature := hex.EncodeToString(keyedHash(s.keyFor(date[:8]), toSign))

	head := "POST / HTTP/1.1\r\nHost: " + host + "\r\nContent-Type: " + contentType +
		"\r\nX-Amz-Date: " + date + "\r\nX-Amz-Target: " + target +
		"\r\nContent-Length: " + strconv.Itoa(len(body)) +
		fmt.Sprintf("\r\nAuthorization: AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s\r\n\r\n",
			accessKey, scope, signedHeaders, signature)
	return append([]byte(head), body...)
}
