//! The OpenAPI reader.

use crate::outline::{outline, read};

#[test]
fn the_pyannote_document_is_read_in_full() {
    let document = read("openapi/pyannote.yaml");
    insta::assert_snapshot!(outline(&document), @r##"
      9 server https://api.pyannote.ai
     17 getMediaUploadURL POST /v1/media/input
     20   prose "Get upload URL"
     22   prose "To use the provided temporary storage is a two step process. You start by declaring a media:// url that you can reference in any other API calls. The response will provide a url where you can put your media. This allows you to use the media:// url as a short-cut for a temporary storage location. You'll be returned a pre-signed url you can use to PUT and upload your media file. The temporary storage should allow you to read and write to the media:// locations for a period of at least 24 hours before it is removed."
     27   body required
     30     application/json
     31       schema {"$ref":"#/components/schemas/GetMediaUploadUrl"}
     34   201 ""
     37     application/json
     38       schema {"$ref":"#/components/schemas/MediaResponse"}
     40   400 "Invalid request"
     43     application/json
     44       schema {"$ref":"#/components/schemas/ValidationErrorResponse"}
     46   402 "Subscription is required"
     49     application/json
     50       schema {"$ref":"#/components/schemas/ApiError"}
     52   429 "Too many requests"
     55     application/json
     56       schema {"$ref":"#/components/schemas/ApiError"}
     59   security [api-key Bearer]
     62 schema GetMediaUploadUrl {"type":"object","properties":{"url":{"type":"string","maxLength":255,"pattern":"^media:\\/\\/[a-zA-Z0-9\\-_\\.\\/]+$","description":"The url should be in the form media://object-key where the object-key can be any alpha-numeric string. The object-key is unique to your account API token so there is no risk of collision with other users."}},"required":["url"]}
     76 schema MediaResponse {"type":"object","properties":{"url":{"type":"string"}},"required":["url"]}
     83 schema ValidationErrorResponse {"type":"object","properties":{"message":{"type":"string","description":"Error message","example":"Invalid request"},"errors":{"description":"List of errors","type":"array","items":{"$ref":"#/components/schemas/ValidationError"}}},"required":["message","errors"]}
     98 schema ApiError {"type":"object","properties":{"requestId":{"type":"string","description":"Request ID","example":"37a4c3a0-b034-4e8c-9ed9-76da6645544a"},"message":{"type":"string","description":"Error message","example":"Error message"}},"required":["requestId","message"]}
    112 schema ValidationError {"type":"object","properties":{"field":{"type":"string","description":"Field name","example":"url"},"message":{"type":"string","description":"Error message","example":"Invalid URL"}},"required":["field","message"]}
     68 note the pattern `/^media:\/\/[a-zA-Z0-9\-_\.\/]+$/` is a JavaScript literal, whose slashes a pattern takes for slashes of the value; it is read without them
    "##);
}

#[test]
fn a_vendors_whole_api_is_read_in_full() {
    let document = read("conformance/tests/fixtures/ten-operations.yaml");
    insta::assert_snapshot!(outline(&document), @r##"
     12 server https://eu.speech.example/api
      6 prose "Everything about recordings: upload them, ask who speaks when, and come back for the result."
      9 prose "Results are kept for a day."
     24 prose "Work that takes a while."
     27 getMediaUploadURL POST /v1/media/input
     29   prose "Get upload URL"
     33   body required
     36     application/json
     37       schema {"$ref":"#/components/schemas/MediaInput"}
     42       example {"url":"media://a"}
    341       example {"url":"media://recordings/2025/interview.wav"}
     47   201 "Where to put the bytes"
     50     application/json
     51       schema {"$ref":"#/components/schemas/MediaLocation"}
     53   400 "Invalid request"
    324     application/json
    325       schema {"$ref":"#/components/schemas/ValidationErrorResponse"}
     55   429 "Too many requests"
    330     Header Retry-After required simple "Seconds to wait"
    333       schema {"type":"integer"}
    336     application/json
    337       schema {"$ref":"#/components/schemas/ApiError"}
    475       example {"requestId":"37a4c3a0-b034","message":"Error message"}
     21   security [api-key Bearer]
     58 diarize POST /v1/diarize
     60   prose "Ask who speaks when"
    314   body required
    317     application/json
    318       schema {"$ref":"#/components/schemas/JobRequest"}
     64   200 "The job was created"
     67     application/json
     68       schema {"$ref":"#/components/schemas/JobCreated"}
     73   402 "Subscription is required"
     76     application/json
     77       schema {"$ref":"#/components/schemas/ApiError"}
    475       example {"requestId":"37a4c3a0-b034","message":"Error message"}
     79   429 "Too many requests"
    330     Header Retry-After required simple "Seconds to wait"
    333       schema {"type":"integer"}
    336     application/json
    337       schema {"$ref":"#/components/schemas/ApiError"}
    475       example {"requestId":"37a4c3a0-b034","message":"Error message"}
     21   security [api-key Bearer]
     89 identify POST /v1/identify
    314   body required
    317     application/json
    318       schema {"$ref":"#/components/schemas/JobRequest"}
     95   200 "The job was created"
     98     application/json
     99       schema {"$ref":"#/components/schemas/JobCreated"}
    101   4XX "Whatever was wrong with the request"
    104     application/json
    105       schema {"$ref":"#/components/schemas/ApiError"}
    475       example {"requestId":"37a4c3a0-b034","message":"Error message"}
    107   default "Anything else"
     21   security [api-key Bearer]
    110 createVoiceprint POST /v1/voiceprint
    112   body required
    115     application/json
    116       schema {"allOf":[{"$ref":"#/components/schemas/MediaInput"},{"type":"object","properties":{"model":{"type":"string","enum":["precise","fast"],"default":"precise"}}}]}
    128   200 "The voiceprint"
    131     application/json
    132       schema {"$ref":"#/components/schemas/Voiceprint"}
     21   security [api-key Bearer]
    135 listJobs GET /v1/jobs
    138   Query cursor form explode "Where the last page ended"
    141     schema {"type":"string","minLength":1}
    144     example "bmV4dA"
    301   Query limit form explode ""
    304     schema {"type":"integer","minimum":1,"maximum":100,"default":20}
    146   Query status form ""
    149     schema {"type":"array","items":{"$ref":"#/components/schemas/JobStatus"}}
    153   Query createdAfter form explode ""
    155     schema {"type":"string","format":"date-time","example":"2025-01-31T12:00:00Z"}
    158     example "2025-01-31T12:00:00Z"
    160   200 "A page of jobs"
    163     Header X-Total-Count required simple "How many there are"
    166       schema {"type":"integer","minimum":0}
    310     Header X-RateLimit-Remaining simple ""
    311       schema {"type":"integer"}
    172     application/json
    173       schema {"type":"object","properties":{"items":{"type":"array","items":{"$ref":"#/components/schemas/Job"}},"nextCursor":{"type":["string","null"]}},"required":["items","nextCursor"]}
     21   security [api-key Bearer]
    200 getJobById GET /v1/jobs/{jobId}
    202   prose "Poll a job"
    187   prose "One job"
    189   Path jobId required simple ""
    192     schema {"type":"string","format":"uuid"}
    204   Header X-Request-Id required simple "For this operation"
    208     schema {"type":"string","pattern":"^[a-z0-9]+$"}
    212   200 "The job"
    215     application/json
    216       schema {"$ref":"#/components/schemas/Job"}
    218   404 "No such job"
    221     application/json
    222       schema {"$ref":"#/components/schemas/ApiError"}
    224       example {"requestId":"37a4c3a0","message":"No such job"}
    475       example {"requestId":"37a4c3a0-b034","message":"Error message"}
     21   security [api-key Bearer]
    227 cancelJob DELETE /v1/jobs/{jobId}
    187   prose "One job"
    189   Path jobId required simple ""
    192     schema {"type":"string","format":"uuid"}
    195   Header X-Request-Id simple "For every operation of this path"
    198     schema {"type":"string"}
    230   204 "It is gone"
     21   security [api-key Bearer]
    233 test GET /v1/test
    234   prose "Whether the service is up"
    238   200 "It is"
    241     application/json
    242       schema {"type":"object"}
    233   security []
    245 sendFeedback POST /v1/feedback
    252   server https://feedback.speech.example
    253   body
    255     application/x-www-form-urlencoded
    256       schema {"type":"object","properties":{"stars":{"type":"integer","minimum":1,"maximum":5},"words":{"type":"string"}},"required":["stars"]}
    268   202 "Thanks"
    248   security [api-key Bearer, signature Parameter(Header, "X-Signature")]
    250   security [login Basic]
    273 setWebhook PUT /v1/webhook
    272   server https://hooks.speech.example
    275   body required
    278     application/json
    279       schema {"type":"object","properties":{"url":{"type":"string","format":"uri"}},"required":["url"],"additionalProperties":false}
    289   200 "It is set"
    292     application/json
    293       schema {"type":"object","properties":{"secret":{"type":"string","readOnly":true}}}
     21   security [api-key Bearer]
    344 schema MediaInput {"type":"object","properties":{"url":{"type":"string","maxLength":255,"pattern":"^media:\\/\\/[a-z/.0-9]+$"}},"required":["url"]}
    353 schema MediaLocation {"type":"object","properties":{"url":{"type":"string","format":"uri"}},"required":["url"]}
    361 schema JobRequest {"type":"object","properties":{"url":{"type":"string","format":"uri"},"webhook":{"type":"string","format":"uri"},"numSpeakers":{"type":["integer","null"],"minimum":1},"confidence":{"type":"boolean","default":false}},"required":["url"]}
    379 schema JobCreated {"type":"object","properties":{"jobId":{"type":"string"},"status":{"$ref":"#/components/schemas/JobStatus"}},"required":["jobId","status"]}
    389 schema JobStatus {"type":"string","enum":["created","running","succeeded","failed"]}
    396 schema Job {"type":"object","properties":{"jobId":{"type":"string"},"status":{"$ref":"#/components/schemas/JobStatus"},"parent":{"$ref":"#/components/schemas/Job"},"output":{"anyOf":[{"oneOf":[{"$ref":"#/components/schemas/Diarization"},{"$ref":"#/components/schemas/Voiceprint"}]},{"type":"null"}]}},"required":["jobId","status"]}
    413 schema Diarization {"type":"object","properties":{"segments":{"type":"array","items":{"type":"object","properties":{"speaker":{"type":"string"},"start":{"type":"number","minimum":0},"end":{"type":"number","minimum":0,"exclusiveMinimum":true}},"required":["speaker","start","end"]}}},"required":["segments"]}
    436 schema Voiceprint {"type":"object","properties":{"voiceprint":{"type":"string","format":"byte"}},"required":["voiceprint"]}
    444 schema ValidationErrorResponse {"type":"object","properties":{"message":{"type":"string","example":"Invalid request"},"errors":{"type":"array","items":{"type":"object","properties":{"field":{"type":"string"},"message":{"type":"string"}},"required":["field","message"]}}},"required":["message","errors"]}
    465 schema ApiError {"type":"object","properties":{"requestId":{"type":"string"},"message":{"type":"string"}},"required":["requestId","message"],"example":{"requestId":"37a4c3a0-b034","message":"Error message"}}
    350 note the pattern `/^media:\/\/[a-z/.0-9]+$/i` is a JavaScript literal, whose slashes a pattern takes for slashes of the value; it is read without them, and its flags `i` are ignored
    "##);
}
