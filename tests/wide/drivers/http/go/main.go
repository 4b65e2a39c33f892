// The flow of flow.py with Go's net/http: its transport, its cookie jar, its multipart writer.
package main

import (
	"bufio"
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

var base = "http://" + os.Getenv("HOST") + ":" + os.Getenv("PORT")

type fields map[string]string

type answer struct {
	status int
	header http.Header
	body   []byte
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func md5Of(octets []byte) string {
	sum := md5.Sum(octets)
	return hex.EncodeToString(sum[:])
}

// Like a uuid; another one with each SEED.
func newID(number string) string {
	d := md5Of([]byte(os.Getenv("SEED") + ":" + number))
	return d[:8] + "-" + d[8:12] + "-4" + d[13:16] + "-8" + d[17:20] + "-" + d[20:]
}

type flow struct {
	client *http.Client
	token  string
	order  string
	sent   int
}

func (f *flow) do(request *http.Request) answer {
	response, err := f.client.Do(request)
	check(err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	check(err)
	return answer{response.StatusCode, response.Header, body}
}

func (f *flow) get(path string) answer {
	request, err := http.NewRequest("GET", path, nil)
	check(err)
	return f.do(request)
}

// `body` is url.Values for a form, a *bytes.Buffer as it is, else JSON.
func (f *flow) send(method, path string, headers fields, body any) answer {
	f.sent++
	if !strings.HasPrefix(path, "http") {
		path = base + path
	}
	var content io.Reader
	kind := ""
	switch body := body.(type) {
	case nil:
	case url.Values:
		content, kind = strings.NewReader(body.Encode()), "application/x-www-form-urlencoded"
	case *bytes.Buffer:
		content = body
	default:
		text, err := json.Marshal(body)
		check(err)
		content, kind = bytes.NewReader(text), "application/json"
	}
	request, err := http.NewRequest(method, path, content)
	check(err)
	if kind != "" {
		request.Header.Set("Content-Type", kind)
	}
	request.Header.Set("X-Request-Id", newID(fmt.Sprint("request ", f.sent)))
	request.Header.Set("Traceparent", fmt.Sprintf("00-%s-%016x-01", strings.ReplaceAll(newID("trace"), "-", ""), f.sent))
	if f.token != "" {
		request.Header.Set("Authorization", "Bearer "+f.token)
	}
	for name, value := range headers {
		if value == "" {
			request.Header.Del(name)
		} else {
			request.Header.Set(name, value)
		}
	}
	return f.do(request)
}

var anonymous = fields{"Authorization": ""}

func field(a answer, name string) string {
	if value := a.header.Get(name); value != "" {
		return value
	}
	return "None"
}

func show(name string, a answer, names ...string) answer {
	words := []any{name, a.status, strings.ReplaceAll(string(a.body), base, "BASE")}
	for _, one := range names {
		words = append(words, one+"="+field(a, one))
	}
	fmt.Println(words...)
	return a
}

func (f *flow) login() {
	a := f.send("POST", "/login", nil, fields{"user": os.Getenv("WHO"), "password": os.Getenv("PASSWORD")})
	var said struct {
		Token   string `json:"access_token"`
		Expires int    `json:"expires_in"`
	}
	check(json.Unmarshal(a.body, &said))
	f.token = said.Token
	expires := "None"
	if said.Expires > 0 {
		expires = strconv.Itoa(said.Expires)
	}
	fmt.Println("login", a.status, expires)
}

func (f *flow) me() { show("me", f.send("GET", "/me", nil, nil), "Content-Type") }

func (f *flow) anonymous() {
	show("anonymous", f.send("GET", "/me", anonymous, nil), "WWW-Authenticate")
}

func (f *flow) session() {
	show("session", f.send("POST", "/session", nil, url.Values{"user": {os.Getenv("WHO")}, "password": {os.Getenv("PASSWORD")}}))
}

func (f *flow) profile() { show("profile", f.send("GET", "/profile", anonymous, nil)) }

func (f *flow) list() { show("list", f.send("GET", "/orders", nil, nil)) }

func (f *flow) create() {
	for number, item := range []string{"tea", "milk"} {
		order := map[string]any{"item": item, "count": 2, "reference": newID(fmt.Sprint("order ", number))}
		a := f.send("POST", "/orders", fields{"Idempotency-Key": newID(fmt.Sprint("key ", number))}, order)
		location := field(a, "Location")
		fmt.Println("create", a.status, string(a.body), strings.ReplaceAll(location, base, "BASE"))
		if number == 0 {
			f.order = location
		}
		show("fetch", f.send("GET", location, nil, nil))
	}
}

func (f *flow) change() {
	show("replace", f.send("PUT", f.order, nil, map[string]any{"item": "tea", "count": 3}))
	show("fetch", f.send("GET", f.order, nil, nil))
	show("amend", f.send("PATCH", f.order, nil, fields{"note": "très chaud"}))
	show("fetch", f.send("GET", f.order, nil, nil))
}

func (f *flow) remove() {
	show("remove", f.send("DELETE", f.order, nil, nil))
	show("fetch", f.send("GET", f.order, nil, nil))
}

func (f *flow) job() {
	started := show("job", f.send("POST", "/jobs", nil, fields{"kind": "report"}))
	for range 5 {
		if show("poll", f.send("GET", field(started, "Location"), nil, nil), "Retry-After").status == 200 {
			break
		}
	}
}

func (f *flow) retry(path string) answer {
	a := f.get(base + path)
	for i := 0; i < 2 && (a.status == 429 || a.status == 503); i++ {
		seconds, _ := strconv.Atoi(a.header.Get("Retry-After"))
		time.Sleep(time.Duration(seconds) * time.Second)
		a = f.get(base + path)
	}
	return a
}

func (f *flow) flaky() { show("flaky", f.retry("/flaky")) }

func (f *flow) limited() {
	for range 3 {
		show("limited", f.retry("/limited"), "X-RateLimit-Remaining")
	}
}

func (f *flow) pages() {
	for query, more := "", true; more; {
		a := show("items", f.send("GET", "/items?limit=2"+query, nil, nil))
		var said struct{ Next *string }
		check(json.Unmarshal(a.body, &said))
		if more = said.Next != nil; more {
			query = "&cursor=" + url.QueryEscape(*said.Next)
		}
	}
	next := regexp.MustCompile(`<([^>]*)>; rel="next"`)
	for path := "/logs?page=1"; path != ""; {
		found := next.FindStringSubmatch(field(show("logs", f.send("GET", path, nil, nil)), "Link"))
		path = ""
		if found != nil {
			path = found[1]
		}
	}
}

func (f *flow) redirects() {
	show("old", f.send("GET", "/old", nil, nil))
	show("form", f.send("POST", "/form", nil, url.Values{"a": {"1"}}))
	show("kept", f.send("POST", "/kept", nil, map[string]any{"a": []any{1, nil, 2.5}}))
}

func (f *flow) packed() {
	a := f.send("GET", "/packed", nil, nil)
	fmt.Println("packed", a.status, len(a.body), md5Of(a.body))
}

func (f *flow) draft() {
	etag := field(show("draft", f.send("GET", "/draft", nil, nil), "ETag"), "ETag")
	show("draft", f.send("GET", "/draft", fields{"If-None-Match": etag}, nil), "ETag")
	show("save", f.send("PUT", "/draft", fields{"If-Match": etag}, fields{"text": "second"}), "ETag")
	show("save", f.send("PUT", "/draft", fields{"If-Match": etag}, fields{"text": "third"}))
	show("draft", f.send("GET", "/draft", fields{"If-None-Match": etag}, nil), "ETag", "Last-Modified")
}

func (f *flow) accept() {
	show("accept", f.send("GET", "/draft", fields{"Accept": os.Getenv("ACCEPT")}, nil), "Content-Type")
}

func (f *flow) upload() {
	var parts bytes.Buffer
	writer := multipart.NewWriter(&parts)
	check(writer.WriteField("kind", "raw"))
	file, err := writer.CreateFormFile("file", "a.bin")
	check(err)
	for i := range 256 {
		_, err = file.Write([]byte{byte(i)})
		check(err)
	}
	check(writer.Close())
	show("upload", f.send("POST", "/files", fields{"Content-Type": writer.FormDataContentType()}, &parts))
	a := f.send("GET", "/files/1", nil, nil)
	fmt.Println("download", a.status, hex.EncodeToString(a.body))
}

func (f *flow) events() {
	response, err := f.client.Get(base + "/events")
	check(err)
	defer response.Body.Close()
	for lines := bufio.NewScanner(response.Body); lines.Scan(); {
		fmt.Println("event", lines.Text())
	}
}

type params map[string]int

func call(id any, method string, with params) any {
	return map[string]any{"jsonrpc": "2.0", "id": id, "method": method, "params": with}
}

func (f *flow) rpc() {
	none := params{}
	for _, said := range []any{call(1, "getBalance", none), call(2, "deposit", params{"amount": 5}),
		call(3, "getBalance", none), call(4, "nothing", none), call(newID("call"), "deposit", params{"amount": 1}),
		[]any{call(6, "getBalance", none), call(7, "nothing", none)}} {
		show("rpc", f.send("POST", "/rpc", nil, said))
	}
}

func (f *flow) ask() {
	show("ask", f.send("POST", "/rpc", nil, call(newID("question"), "getBalance", params{})))
}

func (f *flow) together() {
	paths := []string{"/new", "/items?limit=2", "/logs?page=2", "/draft"}
	answers := make([]answer, len(paths))
	var all sync.WaitGroup
	for i, path := range paths {
		all.Add(1)
		go func() {
			defer all.Done()
			answers[i] = f.get(base + path)
		}()
	}
	all.Wait()
	for _, a := range answers {
		show("together", a)
	}
}

func (f *flow) logout() {
	show("logout", f.send("DELETE", "/session", anonymous, nil))
	f.profile()
}

func main() {
	jar, err := cookiejar.New(nil)
	check(err)
	f := &flow{client: &http.Client{Jar: jar, Timeout: 20 * time.Second}}
	steps := map[string]func(){"login": f.login, "me": f.me, "anonymous": f.anonymous, "session": f.session,
		"profile": f.profile, "list": f.list, "create": f.create, "change": f.change, "remove": f.remove, "job": f.job,
		"flaky": f.flaky, "limited": f.limited, "pages": f.pages, "redirects": f.redirects, "packed": f.packed,
		"draft": f.draft, "accept": f.accept, "upload": f.upload, "events": f.events, "rpc": f.rpc, "ask": f.ask, "together": f.together,
		"logout": f.logout}
	for _, step := range strings.Fields("login me anonymous session profile list create list change list remove list job " +
		"flaky limited pages redirects packed draft accept upload events rpc ask me together logout") {
		if !slices.Contains(strings.Split(os.Getenv("OMIT"), ","), step) {
			steps[step]()
		}
	}
}
