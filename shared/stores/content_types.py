"""What kinds of content blobs are said to have."""

JSON_TYPE = "application/json"
TEXT_TYPE = "text/plain; charset=utf-8"
