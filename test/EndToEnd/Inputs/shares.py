"""shares.py STATS.json ROUTING.json: counts of a run of 2 x 64 bytes with two
choices each are 256 times the shares that another implementation computed."""
import json
import sys

with open(sys.argv[1]) as file:
    routes = json.load(file)["routes"]
with open(sys.argv[2]) as file:
    shares = json.load(file)["selected_share_per_layer"]
assert [route["layer"] for route in routes] == list(range(len(shares))), routes
for route, share in zip(routes, shares):
    assert route["path"] == "Block.y", route
    assert route["dropped"] == 0, route
    counts = [count / 256 for count in route["count"]]
    assert counts == share, (route["layer"], counts, share)
print("equal")
