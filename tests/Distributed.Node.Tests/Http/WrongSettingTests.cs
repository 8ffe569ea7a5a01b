using System.Net;
using System.Text.Json;
using Distributed.Api;
using Distributed.Jobs.Submission;
using Distributed.Tests;

namespace Distributed.Node.Tests.Http;

/// <summary>The sentences that the console says of wrong values, over HTTP.</summary>
[Collection(GatewayCollection.Name)]
public sealed class WrongSettingTests(GatewayFixture gateway)
{
    [Fact]
    public async Task A_body_says_of_every_wrong_value_what_a_flag_and_a_job_file_say()
    {
        Assert.Equal(Settings.All.Select(setting => setting.Name), WrongSettings.All.Select(wrong => wrong.Setting));
        foreach (var (setting, value, sentence) in WrongSettings.All)
        {
            var member = WrongSettings.MemberOf(setting);
            var body = JsonSerializer.Serialize(new Dictionary<string, string> { [member] = value });
            var problem = await (await gateway.Client.PostAsync(ApiRoutes.Jobs, ClientExtensions.Json(body))).ProblemAsync(HttpStatusCode.UnprocessableEntity);
            Assert.Equal($"{member} in the job file{sentence}", problem.Detail);
        }
    }
}
