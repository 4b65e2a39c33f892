module httpclient

go 1.22
